"""How well two articles of different slots go together: a linear score over pair features. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

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
NOWHERE: Final = -1


@dataclass(frozen=True)
class Pairs:
    """Per left row its partners (`columns[starts[r]:starts[r + 1]]`).

    `lift` is log((n + 3) / (E + 3)) and `count` log(1 + n), where n counts baskets and E is what
    chance gives.
    """

    starts: npt.NDArray[np.int64]
    columns: Ints
    lift: Floats
    count: Floats


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
        total = np.zeros((len(bag), len(candidates)), np.float32)
        for weight, values in zip(self.weights, self.features(bag, candidates), strict=True):
            if weight:
                total += weight * values
        return total

    def of_bag(self, bag: Ints, candidates: Ints) -> Floats:
        """One score per candidate for the whole bag."""
        total: Floats = self.scores(bag, candidates).sum(axis=0)
        return total / np.float32(len(bag) ** BAG_POWER)

    def wanted(self, bag: Ints, candidates: Ints) -> Floats:
        """One score per candidate: how likely it is what is added to the bag next."""
        total = self.ranking[len(RANKING) :][self.slot[candidates]]
        own = self.ranking[: len(RANKING)]
        for weight, values in zip(own, self.ranked_for(bag, candidates), strict=True):
            total = total + weight * values
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
        weights = dict(zip(RANKING, self.ranking, strict=False))
        total = np.zeros((len(rows), len(candidates)), np.float32)
        once = {
            "words": weights["nearest_words"],
            "article_count": weights["met_total"] + weights["met_most"],
        }
        for name, values in zip(FEATURES, self.features(rows, candidates), strict=True):
            total += np.float32(weights[name] + once.get(name, 0.0)) * values
            if name == "article_count":
                total += np.float32(weights["met_share"]) * (values > 0)
        own = np.float32(weights["own_popularity"]) * self.popularity[candidates]
        return total + own + self.ranking[len(RANKING) :][self.slot[candidates]]

    def features(self, bag: Ints, candidates: Ints) -> Iterator[Floats]:
        """bag × candidates (or something that spreads to it) for each of FEATURES."""
        yield from looked_up(self.articles, bag, candidates)
        yield from looked_up(self.products, self.product_row[bag], self.product_row[candidates])
        left, right = self.groups[:, bag], self.groups[:, candidates]
        for table, a, b in zip(self.tables, left, right, strict=True):
            yield table[a].take(b, axis=1)
        same = {
            name: (left[at][:, None] == right[at]).astype(np.float32)
            for name, at in ((name, GROUPS.index(name)) for name in SAME)
        }
        yield from same.values()
        apart = np.abs(self.product[bag][:, None] - self.product[candidates]).astype(np.float32)
        distance = np.log1p(apart)
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


def looked_up(pairs: Pairs, left: Ints, right: Ints) -> tuple[Floats, Floats]:
    """Lift and count of each pair of rows, left × right, 0 where the two were never met."""
    unique, place = np.unique(right, return_inverse=True)
    column = np.full(len(pairs.starts) - 1, NOWHERE, np.int32)
    column[unique] = np.arange(len(unique), dtype=np.int32)
    own = [slice(pairs.starts[row], pairs.starts[row + 1]) for row in left.tolist()]
    partners = column[joined(pairs.columns, own)]
    line = np.repeat(np.arange(len(left)), pairs.starts[left + 1] - pairs.starts[left])
    met = partners != NOWHERE
    line, partners = line[met], partners[met]

    def spread(values: Floats) -> Floats:
        found = np.zeros((len(left), len(unique)), np.float32)
        found[line, partners] = joined(values, own)[met]
        return found.take(place, axis=1)

    return spread(pairs.lift), spread(pairs.count)


def joined(values: npt.NDArray[Any], parts: list[slice]) -> npt.NDArray[Any]:
    return np.concatenate([values[:0], *(values[part] for part in parts)])


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
    ends = np.cumsum([size * size for size in sizes])
    parts = np.split(flat, ends[:-1])
    return [part.reshape(size, size) for part, size in zip(parts, sizes, strict=True)]
