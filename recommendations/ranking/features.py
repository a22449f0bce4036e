"""The features of the learned ranker: one registry, one entry per feature. Pure.

Training, evaluation, export and requests share these functions: a feature that a request can't
compute can't be trained on. A model names the features it was trained with, so a new entry takes
effect with the next training, and older models keep working with theirs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import Bundle, Ints
from recommendations.retrieval.candidates import Candidates, Scores, Source
from recommendations.retrieval.profile import PURCHASE, Profile

# Windows in days: for an article's sales, and for those of all articles that share an attribute.
SOLD_DAYS: Final = (1, 3, 7, 14, 28)
ALIKE_DAYS: Final = 7
ALIKE: Final = ("product", "product_type", "garment_group", "section", "department")
SHARED: Final = (*ALIKE, "index_group", "colour_master", "colour", "appearance", "design")
SINCE: Final = ("product", "product_type", "department")
UNKNOWN: Final = np.nan
MIDDLE_OF_BAND: Final = 5.0
# Added to both sides of a ratio of sales.
TREND_SHRINKAGE: Final = 3.0

Matrix = npt.NDArray[np.float32]


class Group(StrEnum):
    """The subject of a feature; an ablation removes one group at a time."""

    RETRIEVAL = "retrieval"
    OWN = "own history"
    AFFINITY = "affinity"
    SALES = "sales"
    PRICE = "price"
    AUDIENCE = "audience"
    SHOPPER = "shopper"


Value = float | Scores


@dataclass(frozen=True)
class Shopper:
    """A shopper's own values, NaN if unknown. Of several shoppers (ranking.batch) there is one per
    candidate row instead of one for all."""

    actions: Value
    days_since_last: Value
    online: Value
    age: Value
    visit_size: Value  # articles bought on the last day of shopping
    usual_price: Value  # the mean of the articles the shopper acted on
    dearest: Value


@dataclass(frozen=True)
class RankingContext:
    """Input of the features: candidate `rows`, best first, with their `blend` scores, and for how
    many days ahead (`horizon`) they are ranked."""

    bundle: Bundle
    profile: Profile
    found: Mapping[Source, Candidates]
    rows: Ints
    blend: Scores
    horizon: float = 1.0
    _given: dict[Source, tuple[npt.NDArray[np.intp], Scores]] = field(default_factory=dict)
    _same: dict[str, npt.NDArray[np.bool_]] = field(default_factory=dict)

    @cached_property
    def _order(self) -> npt.NDArray[np.intp]:
        return np.argsort(self.rows)

    @cached_property
    def share(self) -> Scores:
        """The weight of each of the shopper's actions as a share of all."""
        return self.profile.weights / max(float(self.profile.weights.sum()), 1e-12)

    @cached_property
    def is_purchase(self) -> npt.NDArray[np.bool_]:
        bought: npt.NDArray[np.bool_] = self.profile.kinds == PURCHASE
        return bought

    @cached_property
    def owned(self) -> npt.NDArray[np.bool_]:
        """Rows × the shopper's actions: whether the row itself was bought."""
        same: npt.NDArray[np.bool_] = self.rows[:, None] == self.profile.rows
        return same & self.is_purchase

    def days_of(self, same: npt.NDArray[np.bool_]) -> Scores:
        """Days since the newest of the shopper's purchases marked in each row."""
        if not len(self.profile):
            return self.whole(UNKNOWN)
        bought = same & self.is_purchase
        newest = bought.argmax(axis=1)  # actions are sorted newest first
        return np.where(bought.any(axis=1), self.profile.days.take(newest), UNKNOWN)

    @cached_property
    def shopper(self) -> Shopper:
        about = self.profile
        band, online = about.band, about.online
        age = band + MIDDLE_OF_BAND if band > 0 else UNKNOWN
        online = UNKNOWN if online is None else online
        if not len(about):
            return Shopper(0, UNKNOWN, online, age, 0, UNKNOWN, UNKNOWN)
        days, prices = about.days[self.is_purchase], self.bundle.price[about.rows]
        visit = float((days < days.min() + 1.0).sum()) if len(days) else 0.0
        usual, dearest = max(float(prices.mean()), 1e-9), max(float(prices.max()), 1e-9)
        return Shopper(len(about), float(about.days.min()), online, age, visit, usual, dearest)

    @cached_property
    def price(self) -> Scores:
        return np.maximum(self.bundle.price[self.rows].astype(np.float64), 1e-9)

    def given_by(self, source: Source) -> tuple[npt.NDArray[np.intp], Scores]:
        """The positions (in `rows`) of a generator's candidates, and the strength of each."""
        if source not in self._given:
            self._given[source] = self._found_by(source)
        return self._given[source]

    def _found_by(self, source: Source) -> tuple[npt.NDArray[np.intp], Scores]:
        part = self.found.get(source)
        if part is None or not len(part):
            return np.zeros(0, np.intp), np.zeros(0)
        place = self._order.take(self.rows.searchsorted(part.rows, sorter=self._order), mode="clip")
        hit = self.rows.take(place) == part.rows
        return place[hit], part.scores[hit]

    def same(self, name: str) -> npt.NDArray[np.bool_]:
        """Rows × the shopper's actions: whether both have the same value of an attribute."""
        if name not in self._same:
            value = getattr(self.bundle, name)
            own = value.take(self.profile.rows)
            self._same[name] = value.take(self.rows)[:, None] == own
        return self._same[name]

    def shares(self, same: npt.NDArray[np.bool_]) -> Scores:
        """The total weight of the shopper's actions marked in each row, as a share of all."""
        return np.asarray(same @ self.share)

    @property
    def place(self) -> Scores:
        """Each row's place in the blend."""
        return np.arange(float(len(self.rows)))

    def whole(self, value: Value) -> Scores:
        """A value of the shopper for every row."""
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
    def of(context: RankingContext) -> Scores:
        return context.shares(context.same(name))

    return of


def since_bought(name: str) -> Compute:
    """Days since the shopper bought anything that shares the attribute with the row."""

    def of(context: RankingContext) -> Scores:
        return context.days_of(context.same(name))

    return of


def since_bought_itself(context: RankingContext) -> Scores:
    return context.days_of(context.owned)


def of_shopper(name: str) -> Compute:
    return lambda context: context.whole(getattr(context.shopper, name))


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
    return np.asarray(np.log(context.price / context.shopper.usual_price))


def price_gap_to_dearest(context: RankingContext) -> Scores:
    return np.asarray(np.log(context.price / context.shopper.dearest))


def buyer_age_gap(context: RankingContext) -> Scores:
    """Years between the mean age of an article's buyers and the shopper's age band."""
    buyers = context.bundle.buyer_age[context.rows].astype(np.float64)
    return np.where(buyers > 0, buyers - context.shopper.age, UNKNOWN)


def channel_gap(context: RankingContext) -> Scores:
    """Difference between the article's share of online sales and the shopper's."""
    sold = context.bundle.sold_online[context.rows].astype(np.float64)
    return np.asarray(np.abs(sold - context.shopper.online))


def spent_again(context: RankingContext) -> Scores:
    """The price of a row the shopper owns."""
    return np.where(context.owned.any(axis=1), context.price, UNKNOWN)


REGISTRY: Final[tuple[Feature, ...]] = (
    *(
        Feature(
            source.name.lower(), Group.RETRIEVAL, strength_of(source), "what it gave to the row"
        )
        for source in Source
    ),
    Feature("also_times", Group.RETRIEVAL, times_of(Source.ALSO), "own articles that led to it"),
    Feature("together_times", Group.RETRIEVAL, times_of(Source.TOGETHER), "the same, by baskets"),
    Feature("blend", Group.RETRIEVAL, lambda c: c.blend, "the weighted sum of all generators"),
    Feature("place", Group.RETRIEVAL, lambda c: c.place, "its place in the blend"),
    Feature(
        "days_since_bought", Group.OWN, since_bought_itself, "days since the shopper bought it"
    ),
    *(
        Feature(f"days_since_{name}", Group.OWN, since_bought(name), f"the same of its {name}")
        for name in SINCE
    ),
    Feature(
        "visit_size",
        Group.OWN,
        of_shopper("visit_size"),
        "articles of the shopper's last day of purchases",
    ),
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
    Feature("actions", Group.SHOPPER, of_shopper("actions"), "that we know of"),
    Feature(
        "days_since_last",
        Group.SHOPPER,
        of_shopper("days_since_last"),
        "days since the shopper did anything",
    ),
    Feature(
        "online",
        Group.SHOPPER,
        of_shopper("online"),
        "the shopper's share of purchases online",
    ),
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
