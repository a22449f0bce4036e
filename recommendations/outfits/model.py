"""How well two articles of different slots go together: a linear score over pair features. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recommendations.outfits.features import (
    BAG_FEATURES,
    FEATURES,
    RANKING,
    REGISTRY,
    TABLES,
    ArticleTables,
    CandidateContext,
)
from recommendations.outfits.pairs import Pairs
from web.arrays import Array, Arrays, Floats, Ints

# A whole bag says more than one article, but its items are redundant.
BAG_POWER = 0.5


@dataclass(frozen=True)
class Model(ArticleTables):
    """The data and the weights: `weights` (as FEATURES) score how well a pair goes together
    regardless of popularity, `ranking` (as RANKING, then one per slot) what a shopper adds next.
    `appeal` is what each article has for all alike (see training.outfits.appeal)."""

    weights: Floats
    ranking: Floats
    appeal: Floats

    def scores(self, bag: Ints, candidates: Ints) -> Floats:
        """bag × candidates: how well each pair goes together."""
        return weighed(CandidateContext(self, bag, candidates), self.weights)

    def of_bag(self, bag: Ints, candidates: Ints) -> Floats:
        """One score per candidate for the whole bag."""
        total: Floats = self.scores(bag, candidates).sum(axis=0)
        return total / np.float32(len(bag) ** BAG_POWER)

    def in_demand(self, bag: Ints, candidates: Ints) -> Floats:
        """One score per candidate: how likely it is to be added to the bag next."""
        met = CandidateContext(self, bag, candidates)
        pairs = weighed(met, self.ranking[: len(FEATURES)])
        total: Floats = pairs.sum(axis=0) * np.float32(len(bag) ** -BAG_POWER)
        for weight, values in zip(self._bag_weights(), bag_values(met), strict=True):
            total += weight * values
        total += self.ranking[len(RANKING) :][self.slot[candidates]]
        return total

    def ranked_for(self, bag: Ints, candidates: Ints) -> Iterator[Floats]:
        """The RANKING features of each candidate for the whole bag."""
        met = CandidateContext(self, bag, candidates)
        shared = np.float32(len(bag) ** -BAG_POWER)
        for feature in REGISTRY:
            values = feature.values(met)
            # One line for the whole bag counts for each of its articles.
            yield np.add.reduce(values, axis=0) * (shared * np.float32(len(bag) // len(values)))
        yield from bag_values(met)

    def wanted_alone(self, rows: Ints, candidates: Ints, vectors: Floats | None = None) -> Floats:
        """rows × candidates: `wanted` for each row as a single-article bag; the candidates' content
        vectors may be given."""
        met = CandidateContext(self, rows, candidates, vectors)
        total = weighed(met, self.ranking[: len(FEATURES)])
        shape = total.shape
        for weight, feature in zip(self._bag_weights(), BAG_FEATURES, strict=True):
            if weight:
                values = np.broadcast_to(VALUES[feature.of](met), shape)
                total += weight * feature.summed_up(values.reshape(1, -1)).reshape(shape)
        total += self.ranking[len(RANKING) :][self.slot[candidates]]
        return total

    def _bag_weights(self) -> list[float]:
        found: list[float] = self.ranking[len(FEATURES) : len(RANKING)].tolist()
        return found


VALUES = {feature.name: feature.values for feature in REGISTRY}
STORED_AS_THEY_ARE = (
    "slot", "product_row", "groups", "online", "popularity", "weights", "ranking", "appeal",
)  # fmt: skip


def weighed(met: CandidateContext, weights: Floats) -> Floats:
    """bag × candidates: the weighted sum of all features."""
    total = np.zeros((len(met.bag), len(met.candidates)), np.float32)
    for feature, weight in zip(REGISTRY, weights.tolist(), strict=True):
        if weight:
            total += np.float32(weight) * feature.values(met)
    return total


def bag_values(met: CandidateContext) -> Iterator[Floats]:
    """The BAG_FEATURES of each candidate."""
    shape = (len(met.bag), len(met.candidates))
    for feature in BAG_FEATURES:
        yield feature.summed_up(np.broadcast_to(VALUES[feature.of](met), shape))


def to_arrays(model: Model) -> Arrays:
    """Named as in `bundle.format.ARRAYS`, without arrays that the bundle has anyway. Tables and
    weights have their features' names beside them, so that the model outlives changes of REGISTRY.
    """
    own: Arrays = {f"outfit_{name}": vars(model)[name] for name in STORED_AS_THEY_ARE}
    own |= {"outfit_table_names": as_bytes(TABLES), "outfit_weight_names": as_bytes(RANKING)}
    own["outfit_tables"] = np.concatenate([table.ravel() for table in model.tables])
    for name, pairs in (("article", model.articles), ("product", model.products)):
        own |= {f"outfit_{name}_{part}": array for part, array in vars(pairs).items()}
    return own


def from_arrays(arrays: Mapping[str, Array]) -> Model:
    """What the model was trained without has no weight."""
    own = {name: arrays[f"outfit_{name}"] for name in STORED_AS_THEY_ARE}
    pairs = {
        name: Pairs(*(arrays[f"outfit_{name}_{part}"] for part in Pairs.__dataclass_fields__))
        for name in ("article", "product")
    }
    names = from_bytes(arrays["outfit_weight_names"])
    groups, tables = stored_tables(arrays)
    return Model(
        **own | {
            "groups": groups,
            "weights": by_name(FEATURES, names, own["weights"]),
            "ranking": np.append(
                by_name(RANKING, names, own["ranking"]), own["ranking"][len(names) :]
            ),
        },
        product=arrays["product"],
        tables=tables,
        articles=pairs["article"],
        products=pairs["product"],
        vectors=arrays["vectors"],
        log_price=np.log(np.maximum(arrays["price"], 1e-6)).astype(np.float32),
    )  # fmt: skip


def by_name(wanted: Sequence[str], names: Sequence[str], weights: Floats) -> Floats:
    """The weight of each wanted name; 0 where it has none."""
    learned = dict(zip(names, weights.tolist(), strict=False))
    return np.array([learned.get(name, 0.0) for name in wanted], np.float32)


def stored_tables(arrays: Mapping[str, Array]) -> tuple[Ints, list[Floats]]:
    """`groups` and `tables` of TABLES; of one that isn't stored, a single group without a lift."""
    groups, names = arrays["outfit_groups"], from_bytes(arrays["outfit_table_names"])
    sizes = [int(codes.max()) + 1 for codes in groups]
    stored = dict(
        zip(names, zip(groups, split(arrays["outfit_tables"], sizes), strict=True), strict=True)
    )
    missing = np.zeros(groups.shape[1], groups.dtype), np.zeros((1, 1), np.float32)
    found = [stored.get(name, missing) for name in TABLES]
    return np.stack([codes for codes, _ in found]), [table for _, table in found]


def as_bytes(names: Sequence[str]) -> Array:
    return np.frombuffer("\n".join(names).encode(), np.uint8)


def from_bytes(names: Array) -> list[str]:
    return names.tobytes().decode().split("\n")


def split(flat: Floats, sizes: list[int]) -> list[Floats]:
    """The square tables concatenated in `flat`."""
    parts = np.split(flat, np.cumsum([size * size for size in sizes])[:-1])
    return [part.reshape(size, size) for part, size in zip(parts, sizes, strict=True)]
