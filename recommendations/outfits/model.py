"""How well two articles of different slots go together: a linear score over pair features. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from recommendations.outfits.pairs import Floats, Ints, Pairs, looked_up

# Attributes whose pairs have a table of lifts, from the broadest to the narrowest.
GROUPS: Final = (
    "index_group", "garment_group", "section", "department", "colour", "appearance",
    "type_colour", "type_appearance",
)  # fmt: skip
SAME: Final = ("section", "colour", "appearance")
FEATURES: Final = (
    "article_lift", "article_count", "product_lift", "product_count",
    *GROUPS, *(f"same_{name}" for name in SAME),
    "code_distance", "code_distance_in_section", "content", "words", "price_gap", "price_step",
    "channel_gap", "channel", "popularity",
)  # fmt: skip
# A whole bag says more than one article, but its items repeat each other.
BAG_POWER = 0.5
# What a list is ranked by: beside the pair features popularity once, not once per article of the
# bag; the nearest words, as one like-named partner is enough; and the baskets shared with the whole
# bag: all of them, those of the closest article, and the share of the bag ever met. A weight per
# slot follows.
MET: Final = ("met_total", "met_most", "met_share")
RANKING: Final = (*FEATURES, "own_popularity", "nearest_words", *MET)
# The last columns of a content vector stem from name and description (content.TEXT_DIMENSIONS).
WORDS = 64

SAME_ROWS: Final = {name: GROUPS.index(name) for name in SAME}


class Weighed(NamedTuple):
    """bag × candidates: the weighted sum of FEATURES, and two of them (`met`: article_count)."""

    total: Floats
    words: Floats
    met: Floats


@dataclass(frozen=True)
class Model:
    """What scoring needs; one entry per article unless said otherwise.

    `groups` is GROUPS × articles; `tables` one square of lifts per group; `product_row` the row
    of the article's product in `products`; `online` the log-odds of being sold online;
    `popularity` a logarithm. `weights` (as FEATURES) tell how well a pair goes together whatever
    its popularity, `ranking` (as RANKING, then one per slot) what a shopper adds next.
    """

    slot: Ints
    product: Ints
    product_row: Ints
    groups: Ints
    tables: list[Floats]
    articles: Pairs
    products: Pairs
    vectors: Floats
    log_price: Floats
    online: Floats
    popularity: Floats
    weights: Floats
    ranking: Floats

    def scores(self, bag: Ints, candidates: Ints) -> Floats:
        """bag × candidates: how well each pair goes together."""
        return self.weighed(self.weights, bag, candidates).total

    def of_bag(self, bag: Ints, candidates: Ints) -> Floats:
        """One score per candidate for the whole bag."""
        total: Floats = self.scores(bag, candidates).sum(axis=0)
        return total / np.float32(len(bag) ** BAG_POWER)

    def wanted(self, bag: Ints, candidates: Ints) -> Floats:
        """One score per candidate: how likely it is what is added to the bag next."""
        weights = dict(zip(RANKING, self.ranking.tolist(), strict=False))
        pairs = self.weighed(self.ranking[: len(FEATURES)], bag, candidates)
        total: Floats = pairs.total.sum(axis=0) * np.float32(len(bag) ** -BAG_POWER)
        total += weights["own_popularity"] * self.popularity[candidates]
        total += weights["nearest_words"] * pairs.words.max(axis=0)
        for name, values in zip(MET, baskets_shared(pairs.met), strict=True):
            total += weights[name] * values
        total += self.ranking[len(RANKING) :][self.slot[candidates]]
        return total

    def ranked_for(self, bag: Ints, candidates: Ints) -> Iterator[Floats]:
        """Per candidate each of RANKING for the whole bag."""
        shared = np.float32(len(bag) ** -BAG_POWER)
        nearest = np.zeros(len(candidates), np.float32)
        met: list[Floats] = []
        for name, values in zip(FEATURES, self.features(bag, candidates), strict=True):
            if name == "words":
                nearest = values.max(axis=0)
            if name == "article_count":
                met = baskets_shared(values)
            yield values.sum(axis=0) * shared
        yield self.popularity[candidates]
        yield nearest
        yield from met

    def wanted_alone(self, rows: Ints, candidates: Ints) -> Floats:
        """rows × candidates: `wanted` for each row as a bag of its own."""
        weights = dict(zip(RANKING, self.ranking.tolist(), strict=False))
        pairs = self.weighed(self.ranking[: len(FEATURES)], rows, candidates)
        total = pairs.total
        total += weights["nearest_words"] * pairs.words
        total += (weights["met_total"] + weights["met_most"]) * pairs.met
        total += weights["met_share"] * (pairs.met > 0)
        own = weights["own_popularity"] * self.popularity[candidates]
        total += own + self.ranking[len(RANKING) :][self.slot[candidates]]
        return total

    def weighed(self, weights: Floats, bag: Ints, candidates: Ints) -> Weighed:
        """The sum of `features` by their weights, in fewer passes than one for each of them."""
        of = dict(zip(FEATURES, weights.tolist(), strict=True))
        total = np.zeros((len(bag), len(candidates)), np.float32)
        left, right = self.groups[:, bag], self.groups[:, candidates]
        for name, table, a, b in zip(GROUPS, self.tables, left, right, strict=True):
            total += (of[name] * table[a]).take(b, axis=1)
        same = {name: left[at][:, None] == right[at] for name, at in SAME_ROWS.items()}
        for name, values in same.items():
            total += of[f"same_{name}"] * values
        lift, count = looked_up(self.articles, bag, candidates)
        total += of["article_lift"] * lift
        total += of["article_count"] * count
        rows = self.product_row[bag], self.product_row[candidates]
        for name, values in zip(("lift", "count"), looked_up(self.products, *rows), strict=True):
            total += of[f"product_{name}"] * values
        distance = code_distance(self.product[bag], self.product[candidates])
        total += distance * (of["code_distance"] + of["code_distance_in_section"] * same["section"])
        mine, theirs = self.vectors[bag], self.vectors[candidates]
        words = mine[:, -WORDS:] @ theirs[:, -WORDS:].T
        total += of["content"] * (mine @ theirs.T) + of["words"] * words
        step = self.log_price[candidates] - self.log_price[bag][:, None]
        total += of["price_gap"] * np.abs(step) + of["price_step"] * step
        online, channel = self.online[candidates], self.online[bag][:, None]
        total += of["channel_gap"] * np.abs(online - channel) + of["channel"] * channel * online
        total += of["popularity"] * self.popularity[candidates]
        return Weighed(total, words, count)

    def features(self, bag: Ints, candidates: Ints) -> Iterator[Floats]:
        """bag × candidates (or something that spreads to it) for each of FEATURES."""
        yield from looked_up(self.articles, bag, candidates)
        yield from looked_up(self.products, self.product_row[bag], self.product_row[candidates])
        left, right = self.groups[:, bag], self.groups[:, candidates]
        for table, a, b in zip(self.tables, left, right, strict=True):
            yield table[a].take(b, axis=1)
        same = {
            name: (left[at][:, None] == right[at]).astype(np.float32)
            for name, at in SAME_ROWS.items()
        }
        yield from same.values()
        distance = code_distance(self.product[bag], self.product[candidates])
        yield distance
        yield distance * same["section"]
        mine, theirs = self.vectors[bag], self.vectors[candidates]
        yield mine @ theirs.T
        yield mine[:, -WORDS:] @ theirs[:, -WORDS:].T
        step = self.log_price[candidates] - self.log_price[bag][:, None]
        yield np.abs(step)
        yield step
        channel = self.online[bag][:, None]
        yield np.abs(self.online[candidates] - channel)
        yield self.online[candidates] * channel
        yield np.broadcast_to(self.popularity[candidates], (len(bag), len(candidates)))


def baskets_shared(counts: Floats) -> list[Floats]:
    """MET of each candidate, from the log(1 + n) of bag × candidates."""
    total = np.log1p(np.expm1(counts).sum(axis=0))
    return [total, counts.max(axis=0, initial=0.0), (counts > 0).mean(axis=0, dtype=np.float32)]


def code_distance(left: Ints, right: Ints) -> Floats:
    """left × right: a collection is numbered together."""
    apart: Floats = np.abs(left[:, None] - right).astype(np.float32)
    return np.log1p(apart, out=apart)


def to_arrays(model: Model) -> dict[str, npt.NDArray[Any]]:
    """As `bundle.format.ARRAYS` names them; what the bundle has anyway isn't repeated."""
    own: dict[str, npt.NDArray[Any]] = {
        "outfit_slot": model.slot,
        "outfit_product_row": model.product_row,
        "outfit_groups": model.groups,
        "outfit_tables": np.concatenate([table.ravel() for table in model.tables]),
        "outfit_online": model.online,
        "outfit_popularity": model.popularity,
        "outfit_weights": model.weights,
        "outfit_ranking": model.ranking,
    }
    for name, pairs in (("article", model.articles), ("product", model.products)):
        own |= {f"outfit_{name}_{part}": array for part, array in vars(pairs).items()}
    return own


def from_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> Model:
    groups = arrays["outfit_groups"]
    pairs = {
        name: Pairs(*(arrays[f"outfit_{name}_{part}"] for part in Pairs.__dataclass_fields__))
        for name in ("article", "product")
    }
    return Model(
        slot=arrays["outfit_slot"],
        product=arrays["product"],
        product_row=arrays["outfit_product_row"],
        groups=groups,
        tables=split(arrays["outfit_tables"], [int(row.max()) + 1 for row in groups]),
        articles=pairs["article"],
        products=pairs["product"],
        vectors=arrays["vectors"],
        log_price=np.log(np.maximum(arrays["price"], 1e-6)).astype(np.float32),
        online=arrays["outfit_online"],
        popularity=arrays["outfit_popularity"],
        weights=arrays["outfit_weights"],
        ranking=arrays["outfit_ranking"],
    )


def split(flat: Floats, sizes: list[int]) -> list[Floats]:
    """The square tables that stand one after another in `flat`."""
    parts = np.split(flat, np.cumsum([size * size for size in sizes])[:-1])
    return [part.reshape(size, size) for part, size in zip(parts, sizes, strict=True)]
