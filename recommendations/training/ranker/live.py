"""Trains the ranker for shoppers who look around, on shelves that shoppers saw. Pure.

A card's outcome depends on the article and on how far up it stands. The model is additive, log odds
= f(features) + b(position): the position is an input that serving leaves out (the shallow tower of
Zhao et al., Recommending what video to watch next, RecSys 2019). Trees learn f, and before each
tree b takes a step to where it explains each position's outcomes best. So b also takes in that only
some cards come into view. It can be told from f because no place of the blend has a fixed position:
variety, constraints, pictures and experiments reorder shelves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace
from scipy.special import expit

from recommendations.bundle.format import LiveRankerReport, report_array
from recommendations.bundle.reader import Bundle, Ints, boosters_of, texts_of
from recommendations.dataset import metrics
from recommendations.dataset.answers import Answer
from recommendations.dataset.inputs import History, Progress
from recommendations.ranking import features as registry
from recommendations.ranking.context import RankingContext
from recommendations.ranking.features import Matrix, features
from recommendations.ranking.scoring import generate, rank
from recommendations.retrieval.profile import DAY_MS, PURCHASE, customer_key, profile_of
from recommendations.training.ranker.sales import PARAMETERS, ROUNDS
from recommendations.training.ranker.trial import verdict
from web.arrays import Arrays

# The blend's first candidates, of which shelves consist and which are reordered.
DEPTH: Final = 100
# Fewer answers with an outcome teach nothing.
MIN_ANSWERS: Final = 500
# The newest ones are learned from, of each shopper and in all, on so many days of data.
MOST_OF_SHOPPER: Final = 50
MOST_ANSWERS: Final = 30_000
MOST_DAYS: Final = 7
# The newer half of the answers is tried in as many parts, each by a ranker of those before it.
TRIALS: Final = 2
MOST_POSITIONS: Final = 50
# An outcome where few look counts at most 1 / this many times as much, and the reverse.
LEAST_ATTENTION: Final = 0.1

Values = npt.NDArray[np.float64]
# A bundle of the data up to a day, with the histories of some customers.
LiveBundleOf = Callable[[History, Ints], Bundle]


@dataclass(frozen=True)
class Cards:
    """Cards in the order of the blend: features, position (from 1), and the worth of the outcome, 0
    for none."""

    features: Matrix
    position: npt.NDArray[np.int64]
    worth: Values


def no_cards() -> Cards:
    empty = np.zeros((0, len(registry.REGISTRY)), np.float32)
    return Cards(empty, np.zeros(0, np.int64), np.zeros(0))


@dataclass(frozen=True)
class Shown(Cards):
    """The cards of answer after answer (`answer`, ascending in time); `shopper` numbers each
    answer's shopper."""

    answer: npt.NDArray[np.int64]
    shopper: npt.NDArray[np.int64]

    def part(self, first: int, last: int) -> "Shown":
        """The answers from the first to before the last."""
        kept = (self.answer >= first) & (self.answer < last)
        return Shown(
            self.features[kept],
            self.position[kept],
            self.worth[kept],
            self.answer[kept] - first,
            self.shopper[first:last],
        )

    @property
    def answers(self) -> int:
        return len(self.shopper)


@dataclass(frozen=True)
class Learned:
    """The model's text, and the attention that each position gets: the probability of an outcome
    there, relative to the position that most cards were seen at."""

    text: npt.NDArray[np.uint8]
    attention: Values


def fit_live_ranker(
    history: History, answers: Sequence[Answer], bundle_of: LiveBundleOf, progress: Progress
) -> Arrays:
    """Arrays `live_ranker` (empty if no better than the blend) and `live_ranker_report`."""
    shown = shown_to(history, answers, bundle_of)
    report = report_of_trial(shown)
    text = np.zeros(0, np.uint8)
    if report.chosen:
        text = learn(shown).text
    progress(f"shelves that shoppers saw: {report.decision}")
    return {"live_ranker": text, "live_ranker_report": report_array(report)}


def learn(shown: Shown, seed: int = 1) -> Learned:
    import lightgbm

    bias = PositionBias(shown)
    data = lightgbm.Dataset(shown.features, feature_name=[own.name for own in registry.REGISTRY])

    # LightGBM trains with a deep copy of its parameters: of a bound method's object too.
    def objective(score: Values, _: object) -> tuple[Values, Values]:
        return bias.gradient(score)

    parameters = PARAMETERS | {"objective": objective, "seed": seed}
    booster = lightgbm.train(parameters, data, ROUNDS)
    return Learned(texts_of([booster]), bias.attention())


class PositionBias:
    """The loss of f, with b fitted to the scores at hand (see the module)."""

    def __init__(self, shown: Shown) -> None:
        self.position, self.had = shown.position, shown.worth > 0
        self.weight = np.maximum(shown.worth, 1.0)
        self.outcomes = self._sum(self.had)
        self.odds = np.zeros(MOST_POSITIONS + 1)
        self.score = np.zeros(len(self.position))

    def gradient(self, score: Values) -> tuple[Values, Values]:
        self.score = score
        expected = self._sum(expit(score + self.odds[self.position]))
        self.odds += np.log((self.outcomes + 1.0) / (expected + 1.0))
        chance = expit(score + self.odds[self.position])
        return self.weight * (chance - self.had), self.weight * chance * (1.0 - chance)

    def attention(self) -> Values:
        """See Learned: of all cards, if they stood at each position; 1 where nobody saw any."""
        seen = np.bincount(self.position, minlength=MOST_POSITIONS + 1)
        chance = np.array([expit(self.score + odds).mean() for odds in self.odds])
        relative = np.where(seen > 0, chance / chance[seen.argmax()], 1.0)
        return relative.clip(LEAST_ATTENTION, 1.0 / LEAST_ATTENTION)

    def _sum(self, value: npt.NDArray[np.generic]) -> Values:
        total = np.bincount(self.position, self.weight * value, MOST_POSITIONS + 1)
        return total.astype(np.float64, copy=False)


def shown_to(history: History, answers: Sequence[Answer], bundle_of: LiveBundleOf) -> Shown:
    """The cards that shoppers with live actions saw, with features of sales of the days before."""
    chosen = newest_of(history, answers)
    found, shoppers = [no_cards()], []
    for as_of_day in dict.fromkeys(as_of(history, answer) for answer in chosen):
        of_day = [answer for answer in chosen if as_of(history, answer) == as_of_day]
        keys = {key for own in of_day if (key := customer_key(own.shopper)) is not None}
        bundle = bundle_of(history.until(as_of_day), np.array(sorted(keys), np.int32))
        for answer in of_day:
            if len((cards := cards_of(bundle, answer)).position):
                found.append(cards)
                shoppers.append(answer.shopper)
    return Shown(
        np.concatenate([cards.features for cards in found]),
        np.concatenate([cards.position for cards in found]),
        np.concatenate([cards.worth for cards in found]),
        np.arange(len(shoppers)).repeat([len(cards.position) for cards in found[1:]]),
        np.unique(np.array(shoppers, np.str_), return_inverse=True)[1],
    )


def newest_of(history: History, answers: Sequence[Answer]) -> list[Answer]:
    """Those to learn from, in the order of time: nobody teaches more than their share."""
    of_shopper: dict[str, int] = {}
    kept: list[Answer] = []
    days: set[int] = set()
    for answer in sorted(answers, key=lambda own: -own.ts):
        of_shopper[answer.shopper] = of_shopper.get(answer.shopper, 0) + 1
        days.add(as_of(history, answer))
        if len(days) > MOST_DAYS or len(kept) == MOST_ANSWERS:
            break
        if of_shopper[answer.shopper] <= MOST_OF_SHOPPER:
            kept.append(answer)
    return kept[::-1]


def as_of(history: History, answer: Answer) -> int:
    """The last day of sales that may tell of an answer: the one before it."""
    return min(history.as_of_day, answer.ts // DAY_MS - 1)


def cards_of(bundle: Bundle, answer: Answer) -> Cards:
    """The cards among the candidates, in the order of the blend; none for a shopper who has only
    bought, whom the other ranker serves."""
    profile = profile_of(bundle, answer.recents, customer_key(answer.shopper), answer.ts)
    if (profile.kinds == PURCHASE).all():
        return no_cards()
    ranking = rank(generate(bundle, profile), DEPTH)
    rows = bundle.rows_of(list(answer.cards)).tolist()
    cards = dict(zip(rows, answer.cards.values(), strict=True))
    places = [place for place, row in enumerate(ranking.rows.tolist()) if row in cards]
    own = [cards[row] for row in ranking.rows[places].tolist()]
    return Cards(
        features(RankingContext(bundle, profile, ranking))[places],
        np.array([card.position for card in own], np.int64).clip(max=MOST_POSITIONS),
        np.array([card.worth for card in own], np.float64),
    )


def gain(shown: Shown, score: Values, attention: Values) -> Values:
    """Per answer the discounted gain of its cards ordered by score: worth / log2(rank + 1), each
    outcome divided by the attention that its position got, so that an order isn't praised for what
    its predecessor put on top (Joachims, Swaminathan, Schnabel, WSDM 2017)."""
    order = np.lexsort((-score, shown.answer))
    answer = shown.answer[order]
    place = np.arange(len(order)) - answer.searchsorted(answer)
    value = shown.worth[order] / attention[shown.position[order]] / np.log2(place + 2.0)
    return np.bincount(answer, value, shown.answers).astype(np.float64, copy=False)


def report_of_trial(shown: Shown) -> LiveRankerReport:
    """The newest answers, each predicted by a ranker of those before; see LiveRankerReport."""
    with_outcome = len(np.unique(shown.answer[shown.worth > 0]))
    found = LiveRankerReport(
        decision=f"{with_outcome:,} clicked, fewer than {MIN_ANSWERS:,}: {verdict(chosen=False)}",
        examples=len(shown.answer),
        answers=shown.answers,
        depth=DEPTH,
    )
    if with_outcome < MIN_ANSWERS:
        return found
    blend, ranker, attention = tried(shown)
    low, high = metrics.interval(ranker - blend, shown.shopper[-len(blend) :])
    return replace(
        found,
        decision=(
            f"{shown.answers:,} answers; gain of the ranker {ranker.mean():.4f}, of the blend "
            f"{blend.mean():.4f}, difference {low:.4f} to {high:.4f}: {verdict(chosen=low > 0)}"
        ),
        chosen=low > 0,
        trial_answers=len(blend),
        blend_gain=float(blend.mean()),
        ranker_gain=float(ranker.mean()),
        gain_at_least=low,
        gain_at_most=high,
        attention=attention[1 : int(shown.position.max()) + 1].tolist(),
    )


def tried(shown: Shown) -> tuple[Values, Values, Values]:
    """The gains of blend and ranker on the newer half, and the attention as estimated last."""
    borders = np.linspace(shown.answers // 2, shown.answers, TRIALS + 1).astype(int)
    blend, ranker = [], []
    for first, last in pairwise(borders.tolist()):
        learned, later = learn(shown.part(0, first)), shown.part(first, last)
        (booster,) = boosters_of(learned.text)
        score = booster.predict(later.features)
        blend.append(gain(later, np.zeros(len(score)), learned.attention))
        ranker.append(gain(later, score, learned.attention))
    return np.concatenate(blend), np.concatenate(ranker), learned.attention
