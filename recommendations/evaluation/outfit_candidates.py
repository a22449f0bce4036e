"""Which share of what was bought next is among an outfit's candidates, by generator. Pure."""

from collections.abc import Callable, Iterable, Sequence
from statistics import fmean
from typing import Final

import numpy as np

from recommendations.evaluation.outfits import TIE, Figure, Measurements
from recommendations.outfits.features import CandidateContext
from recommendations.outfits.search import Preferences, Wardrobe, allowed, complements, slots_for
from recommendations.training.outfits.questions import Question
from web.arrays import Floats, Ints

DEPTHS: Final = (200, 40)


def sales(met: CandidateContext) -> Floats:
    found: Floats = met.known.popularity[met.candidates]
    return found


# Each scores what is allowed by a mean over the bag. Lifts and sales are logarithms.
GENERATORS: Final[dict[str, Callable[[CandidateContext], Floats]]] = {
    "article pairs, by lift": lambda met: met.article[0].mean(axis=0),
    "article pairs, by count": lambda met: met.article[1].mean(axis=0),
    "product pairs, by lift": lambda met: met.product[0].mean(axis=0),
    "product pairs, by count": lambda met: met.product[1].mean(axis=0),
    "pairs of types in colours × sales": lambda met: (
        met.lifts("type_colour").mean(axis=0) + sales(met)
    ),
    "pairs of departments × sales": lambda met: met.lifts("department").mean(axis=0) + sales(met),
    "siblings of the section × sales": lambda met: (
        met.same("section").mean(axis=0) * np.exp(sales(met))
    ),
    "nearest product codes": lambda met: -met.code_distance.min(axis=0),
    "content": lambda met: met.content().mean(axis=0),
    "best sellers of the open slots": sales,
}

Ranks = dict[str, float]


def candidate_recall(
    wardrobe: Wardrobe, baskets: Iterable[Sequence[Question]], seed: int
) -> dict[str, dict[str, Figure]]:
    """Three groups of shares of the bought articles: `limits`, those that pass each condition for
    being proposed; and those among the best 200 and 40 (DEPTHS) of each generator.

    Each basket counts once, with the mean of its questions.
    """
    tallies = {group: Measurements() for group in ("limits", *map(str, DEPTHS))}
    for questions in baskets:
        ranks = [ranks_of(wardrobe, question) for question in questions]
        for name in ranks[0]:
            for depth in DEPTHS:
                share = fmean(own[name] < depth for own in ranks)
                tallies[str(depth)].add(name, share)
        passed = [limits(wardrobe, question) for question in questions]
        for name in passed[0]:
            tallies["limits"].add(name, fmean(own[name] for own in passed))
    return {group: tally.figures(seed) for group, tally in tallies.items()}


def limits(wardrobe: Wardrobe, question: Question) -> dict[str, float]:
    """Which conditions the hidden article fulfils, and whether it is shortlisted for the bag."""
    bag, hidden = question.bag, np.array([question.hidden], np.int32)
    audience = wardrobe.index_group
    conditions = {
        "sold lately": bool(np.isin(hidden, wardrobe.pool.rows).all()),
        "of the bag's audience": bool(np.isin(audience[hidden], audience[bag]).all()),
        "of an open slot": int(wardrobe.model.slot[hidden[0]])
        in slots_for(wardrobe, bag, Preferences()),
    }
    permitted = len(allowed(wardrobe, bag, hidden, Preferences())) == 1
    listed = complements(wardrobe, bag, Preferences())
    return {
        **{name: float(held) for name, held in conditions.items()},
        "all of these, and no substitute": float(permitted and all(conditions.values())),
        "shortlisted": float(np.isin(hidden, listed).all()),
    }


def ranks_of(wardrobe: Wardrobe, question: Question) -> Ranks:
    """The rank of the hidden article by each generator, from 0; infinite where it is missing."""
    bag, model = question.bag, wardrobe.model
    pool = wardrobe.pool.rows
    open_slots = slots_for(wardrobe, bag, Preferences())
    rows = allowed(wardrobe, bag, pool[np.isin(model.slot[pool], open_slots)], Preferences())
    ranks = {
        name: rank(rows, scores, question.hidden)
        for name, scores in generated(wardrobe, bag, rows).items()
    }
    short = complements(wardrobe, bag, Preferences())
    return {
        **ranks,
        "any of these": min(ranks.values()),
        "the ranking, of all that is allowed": rank(
            rows, model.in_demand(bag, rows), question.hidden
        ),
        "the ranking, of the shortlists": rank(short, model.in_demand(bag, short), question.hidden),
    }


def generated(wardrobe: Wardrobe, bag: Ints, rows: Ints) -> dict[str, Floats]:
    """The rows' scores by each generator; sales break ties."""
    met = CandidateContext(wardrobe.model, bag, rows)
    return {name: scores(met) + TIE * sales(met) for name, scores in GENERATORS.items()}


def rank(rows: Ints, scores: Floats, hidden: int) -> float:
    own = np.flatnonzero(rows == hidden)
    return float((scores > scores[own[0]]).sum()) if len(own) else float("inf")
