"""The features of the learned ranker: one registry, one entry per feature. Pure.

Training, evaluation, export and requests share these functions: a feature that a request can't
compute can't be trained on. A model names the features it was trained with, so a new entry takes
effect with the next training, and older models keep working with theirs.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import Bundle
from recommendations.ranking.context import COMPARED, LOOKED, SHARED, SINCE, RankingContext
from recommendations.retrieval.candidates import Scores, Source
from recommendations.retrieval.profile import UNKNOWN
from web.cache import per_owner

# Windows of an article's sales in days.
SOLD_DAYS: Final = (1, 7, 28)
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
    LIVE = "live actions"


Compute = Callable[[RankingContext], npt.NDArray[np.floating] | npt.NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class Feature:
    """`of` gives a value per row, NaN if unknown."""

    name: str
    group: Group
    of: Compute
    meaning: str


def strength_of(source: Source) -> Compute:
    return lambda context: context.ranking.given[:, source]


def times_of(source: Source) -> Compute:
    return lambda context: context.ranking.times[:, source]


def by(name: str, columns: Callable[[RankingContext], Scores]) -> Compute:
    """One of the columns by COMPARED: of the shopper's actions on the same value as the row."""
    column = COMPARED.index(name)
    return lambda context: columns(context)[:, column]


def share_of(name: str) -> Compute:
    return by(name, lambda context: context.shares)


def since_bought(name: str) -> Compute:
    return by(name, lambda context: context.days_since)


@dataclass(frozen=True)
class OfArticle:
    """A feature of the article alone: computed once for all of a bundle, and taken by row."""

    all_of: Callable[[Bundle], npt.NDArray[np.floating]]

    def __call__(self, context: RankingContext) -> Scores:
        return self.all_of(context.bundle).take(context.rows).astype(np.float64)


def sold(place: int) -> OfArticle:
    return OfArticle(lambda bundle: np.log1p(bundle.sold[:, place]))


def share_of_product(bundle: Bundle) -> Scores:
    """The article's share of the week's sales of all articles of its product."""
    week = bundle.sold[:, SOLD_DAYS.index(7)].astype(np.float64)
    product = np.unique(bundle.product, return_inverse=True)[1]
    share: Scores = week / np.maximum(np.bincount(product, week)[product], 1.0)
    return share


def trend(bundle: Bundle) -> Scores:
    """Logarithm of yesterday's sales over the daily average of the week."""
    yesterday, week = (bundle.sold[:, SOLD_DAYS.index(days)] for days in (1, 7))
    quotient = (yesterday + TREND_SHRINKAGE) / (week / 7.0 + TREND_SHRINKAGE)
    scores: Scores = np.log(quotient.astype(np.float64))
    return scores


def since_day(name: str) -> OfArticle:
    def of(bundle: Bundle) -> Scores:
        day = getattr(bundle, name)
        return np.where(day < 0, UNKNOWN, (bundle.as_of_day - day).astype(np.float64))

    return OfArticle(of)


def last_price(bundle: Bundle) -> Scores:
    return np.maximum(bundle.price.astype(np.float64), 1e-9)


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
    last, owner = context.reduced(np.minimum, days), context.profile.owner
    of_last = context.is_purchase & (days < last.take(owner) + 1.0)
    return context.counted(of_last)


def since_last(context: RankingContext) -> Scores:
    return context.of_shopper(context.reduced(np.minimum, context.profile.days))


def spent_again(context: RankingContext) -> Scores:
    """The price of a row the shopper owns."""
    return np.where(np.isnan(since_bought("article")(context)), UNKNOWN, context.price)


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
    Feature("days_since_bought", Group.OWN, since_bought("article"), "since it was bought"),
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
    Feature(
        "share_of_product_sales",
        Group.SALES,
        OfArticle(share_of_product),
        "its part of its product's",
    ),
    Feature("trend", Group.SALES, OfArticle(trend), "yesterday's sales against the week's"),
    Feature("days_since_launch", Group.SALES, since_day("first_sold"), "days since its first sale"),
    Feature("days_since_sold", Group.SALES, since_day("last_sold"), "days since its last sale"),
    Feature("price", Group.PRICE, OfArticle(last_price), "the last one paid"),
    Feature("price_gap", Group.PRICE, price_gap, "logarithm over the shopper's mean"),
    Feature("price_gap_to_dearest", Group.PRICE, price_gap_to_dearest, "over their dearest"),
    Feature("buyer_age_gap", Group.AUDIENCE, buyer_age_gap, "years to its mean buyer"),
    Feature("sold_online", Group.AUDIENCE, OfArticle(lambda b: b.sold_online), "share"),
    Feature("channel_gap", Group.AUDIENCE, channel_gap, "to the shopper's share online"),
    Feature("actions", Group.SHOPPER, lambda c: c.of_shopper(c.actions), "that we know of"),
    Feature("days_since_last", Group.SHOPPER, since_last, "since the shopper did anything"),
    Feature("online", Group.SHOPPER, online, "the shopper's share of purchases online"),
    Feature("horizon", Group.SHOPPER, lambda c: c.whole(c.horizon), "days ahead that are meant"),
    *(
        Feature(f"{prefix}_{name}", Group.LIVE, by(name, columns), f"{meaning} its {name}")
        for prefix, columns, meaning in (
            ("days_since_look", lambda c: c.days_since_look, "since the shopper viewed"),
            ("looks_since", lambda c: c.looks_since, "how many views ago the shopper viewed"),
            ("time_on", lambda c: c.time_on, "share of the time of all views spent on"),
            ("of_bag", lambda c: c.of_bag, "share of what went into the bag with"),
        )
        for name in LOOKED
    ),
    Feature("looks", Group.LIVE, lambda c: c.counted(c.is_look), "views that we know of"),
    Feature("bag_adds", Group.LIVE, lambda c: c.counted(c.is_bag_add), "what went into the bag"),
)


def without(groups: Collection[Group]) -> tuple[Feature, ...]:
    return tuple(feature for feature in REGISTRY if feature.group not in groups)


def features(context: RankingContext, chosen: tuple[Feature, ...] | None = None) -> Matrix:
    """len(rows) × len(chosen), by default the whole registry."""
    wanted = REGISTRY if chosen is None else chosen
    matrix = of_articles(context.bundle, wanted).take(context.rows, axis=0)
    for column, feature in enumerate(wanted):
        if not isinstance(feature.of, OfArticle):
            matrix[:, column] = feature.of(context)
    return matrix


@per_owner(most=1)
def of_articles(bundle: Bundle, wanted: tuple[Feature, ...]) -> Matrix:
    """Articles × wanted: the features of the articles alone, zero in the columns of the others."""
    matrix = np.zeros((len(bundle.article), len(wanted)), np.float32)
    for column, feature in enumerate(wanted):
        if isinstance(feature.of, OfArticle):
            matrix[:, column] = feature.of.all_of(bundle)
    return matrix


def named(names: Sequence[str]) -> tuple[Feature, ...] | None:
    """The registry's features with these names; None if one is unknown."""
    known = {feature.name: feature for feature in REGISTRY}
    return tuple(known[name] for name in names) if known.keys() >= set(names) else None
