"""Products, their colour variants, and each article's hidden parameters.

A product has 2.23 articles on average. It launches in a week near its season and sells for some
weeks (median 5), with a peak at launch and markdowns at the end; every thirteenth product is a
basic that stays for a year or more. Appeal is log-normal, partly shared by a product's variants.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from demo.data.article_columns import Products, article_frame
from demo.data.seeds import Bools, Floats, Ints, choose, stream
from demo.data.taxonomy import (
    COLOURS,
    FAMILY_OF_COLOUR,
    SEGMENT_ARTICLE_SHARE,
    SEGMENTS,
    TYPES,
    ProductType,
)

WEEKS = 105
STYLE_DIMENSIONS = 4
BASIC_EVERY = 13
APPEAL_KNEE = 0.7
MAX_ARTICLES = 800_000
PRICE_FACTOR = {"b": 0.55, "g": 0.6, "y": 0.6, "d": 0.85, "m": 1.15, "r": 0.6}
VARIANT_SHARES = np.array(
    [0.50, 0.25, 0.108, 0.052, 0.027, 0.017, 0.010]
    + [0.036 * 0.13 * 0.88**k for k in range(40)]
)  # fmt: skip


@dataclass(frozen=True)
class Catalogue:
    """The article table and, in the same order, parameters known only to the generator.

    kind, segment, family are indices into TYPES, SEGMENTS, FAMILIES; cents is the full price;
    launch and life are in weeks (launch counts from the first week and may be negative); appeal is
    a log weight; style has shape (articles, STYLE_DIMENSIONS); discount is the deepest markdown.
    first and variants give each product's contiguous run of articles.
    """

    frame: pd.DataFrame
    kind: Ints
    segment: Ints
    family: Ints
    cents: Ints
    launch: Ints
    life: Floats
    basic: Bools
    appeal: Floats
    style: Floats
    discount: Floats
    first: Ints
    variants: Ints

    def __len__(self) -> int:
        return len(self.kind)


def season(kind: ProductType, weeks: Ints) -> Floats:
    """Seasonal demand factor of a type by week: exp(swing · cos) around its peak month."""
    month = (8.63 + weeks * 12 / 52.18) % 12
    angle = 2 * np.pi * (month - (kind.peak - 0.5)) / 12
    return np.asarray(np.exp(kind.swing * np.cos(angle)))


def _variant_counts(rng: np.random.Generator, articles: int) -> Ints:
    """Variants per product, summing to exactly `articles`."""
    counts = choose(rng, VARIANT_SHARES, articles) + 1
    last = int(np.searchsorted(np.cumsum(counts), articles))
    counts = counts[: last + 1]
    counts[-1] -= counts.sum() - articles
    return np.asarray(counts)


def _kinds(rng: np.random.Generator, segment: Ints) -> Ints:
    """A product type for each product, from those its segment sells."""
    kind = np.zeros(len(segment), dtype=np.int64)
    for place, letter in enumerate(SEGMENTS):
        members = np.flatnonzero(segment == place)
        weights = np.array([t.weight if letter in t.segments else 0.0 for t in TYPES])
        kind[members] = choose(rng, weights, len(members))
    unknown = len(TYPES) - 1
    if not (kind == unknown).any():
        kind[np.flatnonzero(segment == 0)[-1]] = unknown
    return kind


def _launches(rng: np.random.Generator, kind: Ints, basic: Bools) -> Ints:
    """Launch weeks: basics mostly before the start or early, the rest three weeks before season."""
    weeks = np.arange(-12, WEEKS)
    launch = np.zeros(len(kind), dtype=np.int64)
    for place, product_type in enumerate(TYPES):
        members = np.flatnonzero(kind == place)
        launch[members] = weeks[choose(rng, season(product_type, weeks + 3), len(members))]
    early = rng.integers(-40, 40, len(kind))
    early[:: BASIC_EVERY * 2] = -40
    return np.where(basic, early, launch)


def _products(rng: np.random.Generator, articles: int) -> Products:
    variants = _variant_counts(rng, articles)
    count = len(variants)
    segment = choose(rng, np.array(SEGMENT_ARTICLE_SHARE), count)
    segment[:4] = (0, 0, 1, 2)
    kind = _kinds(rng, segment)
    basic = np.arange(count) % BASIC_EVERY == 0
    launch = _launches(rng, kind, basic)
    order = np.argsort(launch, kind="stable")
    return Products(
        segment=segment[order],
        kind=kind[order],
        basic=basic[order],
        launch=launch[order],
        variants=variants[order],
    )


def _swap_some_types(rng: np.random.Generator, kind: Ints, segment: Ints, later: Bools) -> Ints:
    """A few later variants get another type of the same slot, as in the original."""
    kind = kind.copy()
    for article in np.flatnonzero(later & (rng.random(len(kind)) < 0.006)):
        mine, letter = TYPES[kind[article]], SEGMENTS[segment[article]]
        same_slot = [i for i, t in enumerate(TYPES) if t.slot == mine.slot and letter in t.segments]
        kind[article] = same_slot[int(rng.integers(len(same_slot)))]
    return kind


def _price_cents(rng: np.random.Generator, kind: Ints, segment: Ints) -> Ints:
    """Full prices ending in .99, around the type's usual price in the segment."""
    usual = np.array([t.price for t in TYPES])[kind]
    factor = np.array([PRICE_FACTOR.get(letter, 1.0) for letter in SEGMENTS])[segment]
    money = usual * factor * np.exp(rng.normal(0, 0.27, len(kind))) * 0.86
    return np.asarray(np.maximum(1, np.floor(money)) * 100 + 99, dtype=np.int64)


def _colours(rng: np.random.Generator, count: int) -> Ints:
    colour = choose(rng, np.array([c.weight for c in COLOURS]), count)
    if not (colour == 0).any():
        colour[-1] = 0
    return colour


def _appeal(rng: np.random.Generator, product: Ints) -> Floats:
    """Log-normal appeal with a thinner upper tail, so that no article dominates its week."""
    shared = rng.normal(0, 1.1, int(product[-1]) + 1)[product]
    appeal = shared + rng.normal(0, 1.0, len(product))
    excess = np.maximum(appeal - APPEAL_KNEE, 0)
    return np.asarray(appeal - 0.75 * excess)


def make_catalogue(seed: int, articles: int) -> Catalogue:
    """A synthetic shop with this many articles."""
    rng = stream(seed, "articles")
    products = _products(rng, articles)
    product = np.repeat(np.arange(len(products.variants)), products.variants)
    first = np.repeat(np.cumsum(products.variants) - products.variants, products.variants)
    position = np.arange(articles) - first
    segment = products.segment[product]
    kind = _swap_some_types(rng, products.kind[product], segment, position > 0)
    colour = _colours(rng, articles)
    basic = products.basic[product]
    late = np.where(rng.random(articles) < 0.1, rng.integers(4, 16, articles), 0)
    life = np.exp(rng.normal(np.log(5.2), 0.65, articles)).clip(1.5, 40)
    return Catalogue(
        frame=article_frame(seed, rng, products, product, position, kind, segment, colour),
        kind=kind,
        segment=segment,
        family=np.array(FAMILY_OF_COLOUR)[colour],
        cents=_price_cents(rng, products.kind, products.segment)[product],
        launch=np.minimum(products.launch[product] + np.where(basic, 0, late), WEEKS - 1).clip(
            np.where(basic, -40, 1 - np.floor(life).astype(np.int64))
        ),
        life=np.where(basic, rng.uniform(60, 200, articles), life),
        basic=basic,
        appeal=_appeal(rng, product),
        style=rng.normal(0, 1, (len(products.kind), STYLE_DIMENSIONS))[product],
        discount=rng.uniform(0.1, 0.6, articles),
        first=first,
        variants=products.variants[product],
    )
