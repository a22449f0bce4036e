"""The search's view of a bundle's arrays."""

from collections.abc import Mapping

import numpy as np

from recommendations.bundle.reader import Bundle
from recommendations.outfits.constraints import WearTables, constraints
from recommendations.outfits.model import from_arrays
from recommendations.outfits.search import Wardrobe
from recommendations.outfits.shortlist import Pool
from recommendations.outfits.slots import slots
from web.arrays import Array
from web.cache import per_owner

# What the search reads of the bundle's other arrays.
SHARED = (
    "article", "design", "product_type", "index_group", "colour_master", "price", "on_sale",
)  # fmt: skip


@per_owner(most=1)
def wardrobe_of(bundle: Bundle) -> Wardrobe:
    """Made once per bundle."""
    return wardrobe(bundle.arrays)


def wardrobe(arrays: Mapping[str, Array]) -> Wardrobe:
    """From arrays with the names of `bundle.format.ARRAYS`."""
    return Wardrobe(
        model=from_arrays(arrays),
        slots=slots(),
        constraints=constraints(),
        wear=WearTables(*(arrays[f"outfit_{name}"] for name in WearTables.__dataclass_fields__)),
        pool=Pool(arrays["outfit_pool"], arrays["outfit_pool_ends"]),
        lists=arrays["outfit_lists"],
        list_line=arrays["outfit_list_line"],
        **{name: arrays[name] for name in SHARED},
        look_colours=arrays.get("look_colours", np.zeros((0, 0), np.float32)),
    )
