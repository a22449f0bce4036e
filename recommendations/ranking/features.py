"""The features of the learned ranker: one registry, one entry per feature. Pure.

Training, evaluation, export and requests share these functions: a feature that a request can't
compute can't be trained on. A model names the features it was trained with, so a new entry takes
effect with the next training, and older models keep working with theirs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import Bundle, Ints
from recommendations.ranking.scoring import Places, Ranking
from recommendations.retrieval.candidates import Scores, Source
from recommendations.retrieval.profile import PURCHASE, UNKNOWN, Profile

# Windows in days: for an article's sales, and for those of all articles that share an attribute.
SOLD_DAYS: Final = (1, 3, 7, 14, 28)
ALIKE_DAYS: Final = 7
ALIKE: Final = ("product", "product_type", "garment_group", "section", "department")
SHARED: Final = (*ALIKE, "index_group", "colour_master", "colour", "appearance", "design")
SINCE: Final = ("product", "product_type", "department")
MIDDLE_OF_BAND: Final = 5.0
# Added to both sides of a ratio of sales.
TREND_SHRINKAGE: Final = 3.0

Matrix = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


class Group(StrEnum):
    """The subject of a feature; an ablation removes one group at a time."""

    RETRIEVAL = "retrieval"
    OWN = "own history"
    AFFINITY = "affinity"
    SALES = "sales"
    PRICE = "price"
    AUDIENCE = "audience"
    SHOPPER = "shopper"


@dataclass(frozen=True)
class RankingContext:
    """Input of the features: the ranked candidates of some shoppers, and for how many days ahead
    (`horizon`) they are ranked."""

    bundle: Bundle
    profile: Profile
    ranking: Ranking
    horizon: float = 1.0
    _same: dict[str, Bools] = field(default_factory=dict)

    @property
    def rows(self) -> Ints:
        return self.ranking.rows

    @cached_property
    def _pairs(self) -> tuple[Places, Places]:
        """Each candidate joined with each action of its shopper: places of both."""
        starts = self.profile.starts
        first = starts.take(self.ranking.owner)
        sizes = starts.take(self.ranking.owner + 1) - first
        candidate = np.arange(len(self.rows)).repeat(sizes)
        before = sizes.cumsum() - sizes
        return candidate, np.arange(len(candidate)) + (first - before).repeat(sizes)

    @cached_property
    def is_purchase(self) -> Bools:
        bought: Bools = self.profile.kinds == PURCHASE
        return bought

    @cached_property
    def owned(self) -> Bools:
        """Of the pairs, whether the candidate itself was bought."""
        candidate, action = self._pairs
        same: Bools = self.rows.take(candidate) == self.profile.rows.take(action)
        return same & self.is_purchase.take(action)

    def days_of(self, same: Bools) -> Scores:
        """Days since the newest of the shopper's purchases marked among the pairs."""
        candidate, action = self._pairs
        # Actions are sorted newest first, and the last of repeated assignments wins.
        bought = np.flatnonzero(same & self.is_purchase.take(action))[::-1]
        days = self.whole(UNKNOWN)
        days[candidate.take(bought)] = self.profile.days.take(action.take(bought))
        return days

    def share_of(self, same: Bools) -> Scores:
        """The share of the shopper's weighted actions that are marked among the pairs."""
        candidate, action = self._pairs
        marked = np.flatnonzero(same)
        shares = self.profile.shares.take(action.take(marked))
        return np.bincount(candidate.take(marked), shares, minlength=len(self.rows))

    def same(self, name: str) -> Bools:
        """Of the pairs, whether both articles have the same value of an attribute."""
        if name not in self._same:
            value: Ints = getattr(self.bundle, name)
            candidate, action = self._pairs
            own = value.take(self.profile.rows).take(action)
            self._same[name] = value.take(self.rows).take(candidate) == own
        return self._same[name]

    @cached_property
    def price(self) -> Scores:
        return np.maximum(self.bundle.price.take(self.rows).astype(np.float64), 1e-9)

    @cached_property
    def own_prices(self) -> Scores:
        return np.maximum(self.bundle.price.take(self.profile.rows).astype(np.float64), 1e-9)

    def given_by(self, source: Source) -> tuple[Places, Scores]:
        """The places (in `rows`) of a generator's candidates, and the strength of each."""
        return self.ranking.given.get(source, (np.zeros(0, np.int64), np.zeros(0)))

    @cached_property
    def actions(self) -> Ints:
        """The number of each shopper's actions."""
        return np.diff(self.profile.starts)

    def of_shopper(self, values: npt.NDArray[Any]) -> Scores:
        """A value per shopper as one per row."""
        return values.take(self.ranking.owner).astype(np.float64)

    def reduced(self, reduce: np.ufunc, values: Scores) -> Scores:
        """Values of the actions reduced to one per shopper, UNKNOWN for one without any."""
        told = np.full(self.profile.shoppers, UNKNOWN)
        active = np.flatnonzero(self.actions)
        if len(active):
            told[active] = reduce.reduceat(values, self.profile.starts[active])
        return told

    def whole(self, value: float) -> Scores:
        """The same value for every row."""
        return np.full(len(self.rows), value)


Compute = Callable[[RankingContext], npt.NDArray[np.floating]]


@dataclass(frozen=True)
class Feature:
    """`of` gives a value per row, NaN if unknown."""

    name: str
    group: Group
    of: Compute
    meaning: str


def strength_of(source: Source) -> Compute:
    def of(context: RankingContext) -> Scores:
        place, given = context.given_by(source)
        return np.bincount(place, given, minlength=len(context.rows)).astype(np.float64)

    return of


def times_of(source: Source) -> Compute:
    def of(context: RankingContext) -> Scores:
        place, _ = context.given_by(source)
        return np.bincount(place, minlength=len(context.rows)).astype(np.float64)

    return of


def share_of(name: str) -> Compute:
    return lambda context: context.share_of(context.same(name))


def since_bought(name: str) -> Compute:
    """Days since the shopper bought anything that shares the attribute with the row."""
    return lambda context: context.days_of(context.same(name))


def since_bought_itself(context: RankingContext) -> Scores:
    return context.days_of(context.owned)


def sold(place: int) -> Compute:
    return lambda context: np.log1p(context.bundle.sold[context.rows, place])


def sold_alike(place: int) -> Compute:
    return lambda context: np.log1p(context.bundle.sold_alike[context.rows, place])


def share_of_alike(place: int) -> Compute:
    """The row's share of the sales of all articles with the same attribute."""
    week = SOLD_DAYS.index(ALIKE_DAYS)

    def of(context: RankingContext) -> Scores:
        own = context.bundle.sold[context.rows, week].astype(np.float64)
        part: Scores = own / np.maximum(context.bundle.sold_alike[context.rows, place], 1.0)
        return part

    return of


def trend(context: RankingContext) -> Scores:
    """Logarithm of yesterday's sales over the daily average of the week."""
    yesterday, week = (context.bundle.sold[context.rows, SOLD_DAYS.index(days)] for days in (1, 7))
    quotient = (yesterday + TREND_SHRINKAGE) / (week / 7.0 + TREND_SHRINKAGE)
    told: Scores = np.log(quotient.astype(np.float64))
    return told


def since_day(name: str) -> Compute:
    def of(context: RankingContext) -> Scores:
        day = getattr(context.bundle, name)[context.rows]
        return np.where(day < 0, UNKNOWN, (context.bundle.as_of_day - day).astype(np.float64))

    return of


def price_gap(context: RankingContext) -> Scores:
    """Logarithm of the price over the mean of the articles the shopper acted on."""
    total = context.reduced(np.add, context.own_prices)
    return np.log(context.price / context.of_shopper(total / np.maximum(context.actions, 1)))


def price_gap_to_dearest(context: RankingContext) -> Scores:
    dearest = context.reduced(np.maximum, context.own_prices)
    return np.log(context.price / context.of_shopper(dearest))


def buyer_age_gap(context: RankingContext) -> Scores:
    """Years between the mean age of an article's buyers and the shopper's age band."""
    band = context.of_shopper(context.profile.bands)
    buyers = context.bundle.buyer_age.take(context.rows).astype(np.float64)
    known = (buyers > 0) & (band > 0)
    return np.where(known, buyers - (band + MIDDLE_OF_BAND), UNKNOWN)


def online(context: RankingContext) -> Scores:
    return context.of_shopper(context.profile.online)


def channel_gap(context: RankingContext) -> Scores:
    """Difference between the article's share of online sales and the shopper's."""
    gap: Scores = np.abs(context.bundle.sold_online.take(context.rows) - online(context))
    return gap


def visit_size(context: RankingContext) -> Scores:
    """How many articles the shopper bought on their last day of shopping."""
    days = np.where(context.is_purchase, context.profile.days, np.inf)
    last = np.nan_to_num(context.reduced(np.minimum, days), nan=np.inf)
    owner = context.profile.owner
    of_last = context.is_purchase & (days < last.take(owner) + 1.0)
    return context.of_shopper(np.bincount(owner[of_last], minlength=context.profile.shoppers))


def since_last(context: RankingContext) -> Scores:
    return context.of_shopper(context.reduced(np.minimum, context.profile.days))


def spent_again(context: RankingContext) -> Scores:
    """The price of a row the shopper owns."""
    return np.where(np.isnan(since_bought_itself(context)), UNKNOWN, context.price)


REGISTRY: Final[tuple[Feature, ...]] = (
    *(
        Feature(
            source.name.lower(), Group.RETRIEVAL, strength_of(source), "what it gave to the row"
        )
        for source in Source
    ),
    Feature("also_times", Group.RETRIEVAL, times_of(Source.ALSO), "own articles that led to it"),
    Feature("together_times", Group.RETRIEVAL, times_of(Source.TOGETHER), "the same, by baskets"),
    Feature("blend", Group.RETRIEVAL, lambda c: c.ranking.scores, "the sum of all generators"),
    Feature("place", Group.RETRIEVAL, lambda c: c.ranking.place, "its place in the blend"),
    Feature(
        "days_since_bought", Group.OWN, since_bought_itself, "days since the shopper bought it"
    ),
    *(
        Feature(f"days_since_{name}", Group.OWN, since_bought(name), f"the same of its {name}")
        for name in SINCE
    ),
    Feature("visit_size", Group.OWN, visit_size, "articles of the shopper's last day of purchases"),
    Feature("price_of_own", Group.OWN, spent_again, "its price where the shopper owns it"),
    *(
        Feature(f"share_of_{name}", Group.AFFINITY, share_of(name), f"of actions on its {name}")
        for name in SHARED
    ),
    *(
        Feature(f"sold_{days}", Group.SALES, sold(place), f"units of {days} days, logarithm")
        for place, days in enumerate(SOLD_DAYS)
    ),
    *(
        Feature(f"sold_of_{name}", Group.SALES, sold_alike(place), f"units of a week of its {name}")
        for place, name in enumerate(ALIKE)
    ),
    Feature("share_of_product_sales", Group.SALES, share_of_alike(0), "its part of its product's"),
    Feature("share_of_type_sales", Group.SALES, share_of_alike(1), "its part of its type's"),
    Feature("trend", Group.SALES, trend, "yesterday's sales against the week's"),
    Feature("buyers", Group.SALES, lambda c: np.log1p(c.bundle.buyers[c.rows]), "in 28 days"),
    Feature("standing", Group.SALES, lambda c: c.bundle.standing[c.rows], "among all articles"),
    Feature("days_since_launch", Group.SALES, since_day("first_sold"), "days since its first sale"),
    Feature("days_since_sold", Group.SALES, since_day("last_sold"), "days since its last sale"),
    Feature("price", Group.PRICE, lambda c: c.price, "the last one paid"),
    Feature("price_gap", Group.PRICE, price_gap, "logarithm over the shopper's mean"),
    Feature("price_gap_to_dearest", Group.PRICE, price_gap_to_dearest, "over their dearest"),
    Feature("buyer_age_gap", Group.AUDIENCE, buyer_age_gap, "years to its mean buyer"),
    Feature("sold_online", Group.AUDIENCE, lambda c: c.bundle.sold_online[c.rows], "share"),
    Feature("channel_gap", Group.AUDIENCE, channel_gap, "to the shopper's share online"),
    Feature("actions", Group.SHOPPER, lambda c: c.of_shopper(c.actions), "that we know of"),
    Feature("days_since_last", Group.SHOPPER, since_last, "since the shopper did anything"),
    Feature("online", Group.SHOPPER, online, "the shopper's share of purchases online"),
    Feature("horizon", Group.SHOPPER, lambda c: c.whole(c.horizon), "days ahead that are meant"),
)


def features(context: RankingContext, chosen: Sequence[Feature] | None = None) -> Matrix:
    """len(rows) × len(chosen), by default the whole registry."""
    wanted = REGISTRY if chosen is None else chosen
    matrix = np.empty((len(context.rows), len(wanted)), np.float32)
    for column, feature in enumerate(wanted):
        matrix[:, column] = feature.of(context)
    return matrix


def named(names: Sequence[str]) -> tuple[Feature, ...] | None:
    """The registry's features with these names; None if one is unknown."""
    known = {feature.name: feature for feature in REGISTRY}
    return tuple(known[name] for name in names) if known.keys() >= set(names) else None
