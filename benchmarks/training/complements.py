"""Do outfits recover the planted partner types of each type of a segment?

The generator draws baskets along a hidden graph (demo.data.harmony) that training never sees.
The data are synthetic: the figures show that the method finds what is there, nothing about H&M.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.harness import Result
from benchmarks.shop import shop
from recommendations.evaluation.outfits import Figure, Measurements, simpler_ways
from recommendations.outfits.search import Preferences, Wardrobe, search, slots_for
from web.arrays import Ints

SIZES = {"articles": 20_000, "customers": 100_000, "transactions": 2_200_000}
ASKED = 2000
SEED = 1
AT = 10
# Some plants have such small odds that they hardly show in baskets.
MIN_ODDS = 0.1


@dataclass(frozen=True)
class Plants:
    """Numbers of the partner types of each segment and type; and these two, as one number, of each
    article by its key."""

    partners: Sequence[list[int]]
    sort: Mapping[int, int]


def run(size: int | None) -> Result:
    """`size` counts transactions; everything else scales with it."""
    share = (size or SIZES["transactions"]) / SIZES["transactions"]
    sizes = {name: max(1000, round(count * share)) for name, count in SIZES.items()}
    with shop(sizes, trained=False) as stage:
        found = recovered(trained(), plants_of(stage.data))
    figures = {
        f"{system}, {name}": f.value for system, of in found.items() for name, f in of.items()
    }
    return Result("complements", stage.sizes, figures, ratios={})


def trained() -> Wardrobe:
    from django.utils import timezone

    from recommendations.dataset.load import load_inputs
    from recommendations.training.outfits.offline import trained_wardrobe

    return trained_wardrobe(load_inputs(None, timezone.now().date(), print), print)


def plants_of(data: Path) -> Plants:
    from demo.data.taxonomy import TYPES
    from demo.shoppers import ground_truth

    truth = ground_truth.read(data)
    planted = np.where(truth.harmony.odds >= MIN_ODDS, truth.harmony.partner, -1)
    partners = [[TYPES[kind].no for kind in row if kind >= 0] for row in planted]
    return Plants(partners, dict(zip(truth.ids, truth.sort.tolist(), strict=True)))


def recovered(wardrobe: Wardrobe, plants: Plants) -> dict[str, dict[str, Figure]]:
    """Per system: how often a slot's first article is of a planted type, and how many of an
    article's planted types are among the first AT of all slots."""
    rng = np.random.default_rng(SEED)
    tallies: dict[str, Measurements] = {}
    rows = rng.permutation(np.flatnonzero(wardrobe.list_line >= 0))[:ASKED].astype(np.int32)
    for row in rows:
        planted = planted_for(wardrobe, plants, int(row))
        if planted:
            for name, ordered in orders(wardrobe, row):
                tally(tallies.setdefault(name, Measurements()), wardrobe, ordered, planted)
    return {name: tally.figures(SEED) for name, tally in tallies.items()}


def planted_for(wardrobe: Wardrobe, plants: Plants, row: int) -> dict[int, set[int]]:
    """The article's planted partner types by slot, for slots that a search fills."""
    kinds = plants.partners[plants.sort[int(wardrobe.article[row])]]
    own = int(wardrobe.model.slot[row])
    found: dict[int, set[int]] = {}
    for kind, slot in zip(kinds, wardrobe.slots.of_types(kinds), strict=True):
        if slot not in (own, wardrobe.slots.other):
            found.setdefault(slot, set()).add(kind)
    return found


def orders(wardrobe: Wardrobe, row: int) -> Iterator[tuple[str, Ints]]:
    """Each system's candidates for the article, best first, from its audience."""
    bag = np.array([row], np.int32)
    yield "model", search(wardrobe, bag, Preferences()).rows
    pool = wardrobe.pool.rows
    kept = wardrobe.index_group[pool] == wardrobe.index_group[row]
    kept &= np.isin(wardrobe.model.slot[pool], slots_for(wardrobe, bag, Preferences()))
    pool = pool[kept]
    for name, scores in simpler_ways(wardrobe, bag, pool).items():
        yield name, pool[np.argsort(-scores, kind="stable")]
    yield "chance", np.random.default_rng(row).permutation(pool)


def tally(
    into: Measurements, wardrobe: Wardrobe, ordered: Ints, planted: Mapping[int, set[int]]
) -> None:
    kind, slot = wardrobe.product_type[ordered], wardrobe.model.slot[ordered]
    for number, kinds in planted.items():
        own = kind[slot == number]
        into.add("first of the slot", float(len(own) > 0 and own[0] in kinds))
    every = set().union(*planted.values())
    into.add(f"recall@{AT}", len(every & set(kind[:AT].tolist())) / len(every))
