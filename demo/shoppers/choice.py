"""How a simulated shopper looks, clicks and buys. Pure; uses tastes and positions, never scores.

Attention decays with the position as position^−DECAY (the position-based model: Richardson,
Dominowska, Ragno, WWW 2007; the power law as in Joachims, Swaminathan, Schnabel, WSDM 2017). A card
that is looked at is clicked with a logistic probability of its utility: how much the shopper's
cluster likes the article, more if it goes with something in the bag (a binary logit, McFadden 1974)
or is of the sort the shopper came for: some shoppers have a goal, others browse (Moe, "Buying,
searching, or browsing", Journal of Consumer Psychology 2003). Cards are looked at in order, and the
first click leaves the page (the cascade model: Craswell, Zoeter, Taylor, Ramsey, WSDM 2008).

Clicking and then adding to the bag is together as selective as buying in the generated data, where
customers' log weights have a standard deviation of about 2.8, the sum of the two slopes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt

from demo.shoppers.ground_truth import UNWANTED, GroundTruth
from web.cache import bounded

DECAY: Final = 0.7
CLICK: Final = (-5.3, 1.6)  # the logit of an average article, and per standard deviation of liking
ADD: Final = (-2.4, 1.2)
COMPLEMENT: Final = 1.5  # standard deviations, for a certain partner of something in the bag
GOAL: Final = 1.0  # standard deviations, for the sort of article a shopper came for
WITH_GOAL: Final = 0.5  # share of shoppers
NEXT_SHELF: Final = 0.8  # probability, after a shelf without a click
LEAVES: Final = 0.12  # after any page
FAVOURITES: Final = 100  # more than the longest shelf and visit together
BUYS: Final = 0.6  # probability at the end, with something in the bag
Floats = npt.NDArray[np.float64]


@dataclass
class ShopperModel:
    """A shopper's state: taste cluster, budget (cents), the sort of article they came for
    (GroundTruth.sort), the contents of the bag, and what was opened (columns)."""

    cluster: int
    budget: int
    goal: int | None = None
    bag: list[int] = field(default_factory=list)
    known: set[int] = field(default_factory=set)


def attention(places: int) -> Floats:
    return np.asarray(np.arange(1, places + 1, dtype=np.float64) ** -DECAY)


def utility(truth: GroundTruth, mind: ShopperModel, articles: Sequence[int]) -> Floats:
    """By article id; articles opened before are no longer of interest."""
    rows = [truth.row.get(article) for article in articles]
    values = [UNWANTED if r is None or r in mind.known else _liked(truth, mind, r) for r in rows]
    return np.array(values, dtype=np.float64)


def _liked(truth: GroundTruth, mind: ShopperModel, row: int) -> float:
    partner = max((truth.goes_with(row, other) for other in mind.bag), default=0.0)
    meant = GOAL * (truth.sort[row] == mind.goal)
    return float(truth.liking[mind.cluster, row] + meant + COMPLEMENT * partner)


def logistic(of: tuple[float, float], value: Floats | float) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-(of[0] + of[1] * np.asarray(value)))))


def click_chance(truth: GroundTruth, mind: ShopperModel, articles: Sequence[int]) -> Floats:
    """For each card, assuming that none before it was clicked."""
    return attention(len(articles)) * logistic(CLICK, utility(truth, mind, articles))


def shelf_value(chances: Floats) -> float:
    """The probability that a shelf gets a click."""
    return float(1.0 - np.prod(1.0 - chances))


def best_value(truth: GroundTruth, mind: ShopperModel, places: int) -> float:
    """The value of the best possible shelf, ignoring complements."""
    ranked = favourites(truth, mind.cluster, mind.goal)
    best = [liking for row, liking in ranked if row not in mind.known][:places]
    return shelf_value(attention(len(best)) * logistic(CLICK, np.array(best)))


@bounded(2000)
def favourites(truth: GroundTruth, cluster: int, goal: int | None) -> list[tuple[int, float]]:
    """The columns that such a shopper likes best, in order, and how much: more than he opens."""
    liking = truth.liking[cluster] + GOAL * (truth.sort == goal)
    best = np.argpartition(liking, -FAVOURITES)[-FAVOURITES:]
    best = best[np.argsort(-liking[best])]
    return list(zip(best.tolist(), liking[best].tolist(), strict=True))


def look(
    dice: Random, truth: GroundTruth, mind: ShopperModel, articles: Sequence[int]
) -> tuple[int, int | None]:
    """The number of cards looked at, and the index of the clicked one, if any."""
    liked = logistic(CLICK, utility(truth, mind, articles))
    seen = 0
    for place, attended in enumerate(attention(len(articles))):
        if dice.random() >= attended:
            continue
        seen = place + 1
        if dice.random() < liked[place]:
            return seen, place
    return seen, None


def adds(dice: Random, truth: GroundTruth, mind: ShopperModel, row: int) -> bool:
    affordable = truth.cents[row] + truth.cents[mind.bag].sum() <= mind.budget
    wants = dice.random() < float(logistic(ADD, _liked(truth, mind, row)))
    return bool(affordable and wants and row not in mind.bag)
