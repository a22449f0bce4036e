"""The outfit model's part of a bundle; `model.Model` and `search.Wardrobe` explain the arrays."""

from typing import Final

# name: (dtype, dimensions)
ARRAYS: Final[dict[str, tuple[str, int]]] = {
    "outfit_slot": ("int32", 1),
    "outfit_product_row": ("int32", 1),
    "outfit_groups": ("int32", 2),
    "outfit_tables": ("float32", 1),
    "outfit_online": ("float32", 1),
    "outfit_popularity": ("float32", 1),
    "outfit_weights": ("float32", 1),
    "outfit_ranking": ("float32", 1),
    "outfit_occasions": ("int32", 1),
    "outfit_occasion": ("int32", 1),
    "outfit_agree": ("int32", 2),
    "outfit_patterned": ("bool", 1),
    "outfit_filler": ("bool", 1),
    "outfit_pool": ("int32", 1),
    "outfit_pool_ends": ("int32", 1),
    "outfit_lists": ("int32", 2),
    "outfit_list_line": ("int32", 1),
} | {
    f"outfit_{of}_{part}": kind
    for of in ("article", "product")
    for part, kind in (
        ("starts", ("int64", 1)),
        ("columns", ("int32", 1)),
        ("lift", ("float32", 1)),
        ("count", ("float32", 1)),
    )
}
