"""How well hidden articles of real baskets are found again, compared with baselines. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np

from recommendations.dataset.metrics import interval
from recommendations.outfits.pairs import find_pairs
from recommendations.outfits.search import Preferences, Wardrobe, listed, search, slots_for
from recommendations.training.outfits.questions import Decoys, Question
from web.arrays import Floats, Ints

CHOICES = 4
AT = 10
DEEP = 60
# As many as a row of cards shows.
FIRST = 6
# Breaks ties in the baselines.
TIE = 1e-6

LEAD = "model minus "
SYSTEMS = ("model", "slot popularity", "raw counts", "lift only", "content only")


@dataclass(frozen=True)
class Figure:
    """A mean with its 95 % bootstrap interval; `count` is the sample size."""

    value: float
    low: float
    high: float
    count: int


@dataclass
class Measurements:
    """For each measure one value per question, or per basket the mean of its questions."""

    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, measure: str, value: float) -> None:
        self.values.setdefault(measure, []).append(value)

    def figures(self, seed: int) -> dict[str, Figure]:
        return {
            name: Figure(fmean(found), *interval(np.array(found), seed=seed), len(found))
            for name, found in self.values.items()
        }


def simpler_ways(wardrobe: Wardrobe, bag: Ints, rows: Ints) -> dict[str, Floats]:
    """The scores of the baselines."""
    model = wardrobe.model
    popularity = model.popularity[rows]
    lift, count = find_pairs(model.articles, bag, rows)
    content = model.vectors[bag] @ model.vectors[rows].T
    sums = {"raw counts": count, "lift only": lift, "content only": content}
    scored = {name: values.sum(axis=0) + TIE * popularity for name, values in sums.items()}
    return {"slot popularity": popularity, **scored}


def evaluate(
    wardrobe: Wardrobe, baskets: Iterable[Sequence[Question]], decoys: Decoys, seed: int
) -> dict[str, dict[str, Figure]]:
    """Per system and measure its figure, and under LEAD + a baseline the model's lead over it,
    basket by basket. The model's own search gives the list measures.

    Each basket counts once, with the mean of its questions: the result doesn't depend on which
    article is hidden, and intervals are over what shoppers did independently of each other.
    """
    tallies = {name: Measurements() for name in SYSTEMS}
    for questions in baskets:
        for name, tally in answer_questions(wardrobe, questions, decoys).items():
            for measure, values in tally.values.items():
                tallies[name].add(measure, fmean(values))
    leads = {
        LEAD + name: paired_difference(tallies["model"], tallies[name]) for name in SYSTEMS[1:]
    }
    return {name: tally.figures(seed) for name, tally in (tallies | leads).items()}


def answer_questions(
    wardrobe: Wardrobe, questions: Sequence[Question], decoys: Decoys
) -> dict[str, Measurements]:
    """The answers of every system to the questions of one basket."""
    tallies = {name: Measurements() for name in SYSTEMS}
    pool = wardrobe.pool.rows
    for question in questions:
        fill_in(wardrobe, question, decoys, tallies)
        open_slots = slots_for(wardrobe, question.bag, Preferences())
        among = pool[np.isin(wardrobe.model.slot[pool], open_slots)]
        for name, scores in simpler_ways(wardrobe, question.bag, among).items():
            tally_ranks(tallies[name], wardrobe, question, among, scores)
        tally_search(tallies["model"], wardrobe, question, among)
    return tallies


def paired_difference(model: Measurements, other: Measurements) -> Measurements:
    """The paired difference for each basket."""
    pairs = ((name, model.values[name], values) for name, values in other.values.items())
    return Measurements(
        {name: [a - b for a, b in zip(own, values, strict=True)] for name, own, values in pairs}
    )


def fill_in(
    wardrobe: Wardrobe, question: Question, decoys: Decoys, tallies: Mapping[str, Measurements]
) -> None:
    """Fill in the blank: the hidden article against decoys; a tie counts its share."""
    choices = choices_for(question, decoys)
    if choices is None:
        return
    ways = simpler_ways(wardrobe, question.bag, choices)
    ways["model"] = wardrobe.model.of_bag(question.bag, choices)
    for name, scores in ways.items():
        best = scores == scores.max()
        tallies[name].add("fitb", float(best[0]) / best.sum())


def choices_for(question: Question, decoys: Decoys) -> Ints | None:
    """The hidden article, followed by its decoys; None if there are too few."""
    wrong = decoys.of(question, CHOICES - 1)
    if len(wrong) < CHOICES - 1:
        return None
    return np.concatenate([[question.hidden], wrong]).astype(np.int32)


def tally_ranks(
    tally: Measurements, wardrobe: Wardrobe, question: Question, rows: Ints, scores: Floats
) -> None:
    """Recall and reciprocal rank over all open slots and within the hidden article's."""
    own = np.flatnonzero(rows == question.hidden)
    slot = wardrobe.model.slot[rows] == wardrobe.model.slot[question.hidden]
    above = scores > scores[own[0]] if len(own) else np.ones(len(rows), np.bool_)
    for name, rank in (("", int(above.sum())), ("_in_slot", int((above & slot).sum()))):
        found = len(own) > 0
        tally.add(f"recall@{AT}{name}", float(found and rank < AT))
        tally.add(f"mrr{name}", 1.0 / (1 + rank) if found else 0.0)


def tally_search(tally: Measurements, wardrobe: Wardrobe, question: Question, among: Ints) -> None:
    """Measures of the list a shopper gets."""
    ordered = listed(wardrobe, question.bag, len(wardrobe.pool.rows))
    tally_ranks(tally, wardrobe, question, ordered.rows, -np.arange(len(ordered), dtype=np.float32))
    top = ordered.rows[:AT]
    bag, kinds = question.bag, wardrobe.product_type
    same = np.isin(kinds[top], kinds[bag]) | np.isin(wardrobe.design[top], wardrobe.design[bag])
    tally.add(f"substitutes@{AT}", float(same.mean()) if len(top) else 0.0)
    # An audience may have only two slots.
    audience = np.isin(wardrobe.index_group[among], wardrobe.index_group[bag])
    most = min(len(np.unique(wardrobe.model.slot[among[audience]])), 5)
    distinct = len(np.unique(ordered.slots[:FIRST]))
    tally.add(f"slots@{FIRST}", float(distinct))
    tally.add(f"enough_slots@{FIRST}", float(distinct >= most))
    seldom = wardrobe.model.popularity[ordered.rows[:DEEP]] < np.log(2.0)
    tally.add(f"cold_share@{DEEP}", float(seldom.mean()) if len(seldom) else 0.0)


def coverage(wardrobe: Wardrobe, sample: int, seed: int) -> dict[str, float]:
    """Share of articles on sale that get an outfit, and of the pool that is ever proposed."""
    rng = np.random.default_rng(seed)
    sold = wardrobe.on_sale & (wardrobe.model.slot < wardrobe.slots.other)
    rows = rng.permutation(np.flatnonzero(sold))[:sample].astype(np.int32)
    tops = [search(wardrobe, np.array([row], np.int32), Preferences()).rows for row in rows]
    shown = np.unique(np.concatenate([top[:AT] for top in tops])) if tops else np.zeros(0)
    return {
        "articles_with_outfit": float(np.mean([len(top) > 0 for top in tops])) if tops else 0.0,
        f"pool_shown@{AT}": len(shown) / max(len(wardrobe.pool.rows), 1),
    }
