"""Personal sorting: how well each article of the assortment matches the shopper's affinities."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from django.http import HttpRequest

from catalog.search.facet_index import FacetIndex, Floats, Ints
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.online_features import snapshot_of
from recommendations.serving.serving import MAX_K, recommend
from storefront.listing.faceted_list import BEST, FOR_YOU, FacetedList
from streaming.identity.shoppers import shopper_of

# The shopper's affinities in the feature store, and the matching columns of the assortment.
DIMENSIONS: Final = {
    "index_group": "index_group", "garment_group": "garment_group", "product_type": "type",
    "colour_master": "colour", "pattern": "pattern",
}  # fmt: skip
# Boost of an article that matches all of the shopper's views in every dimension; and, on top, of
# one that the recommender picked.
TASTE: Final = 4.0
PICKED: Final = 4.0


def ordered(
    request: HttpRequest,
    listed: FacetedList,
    score: Callable[[], Floats],
    index_group: int | None = None,
) -> Ints:
    """The rows of a list in its order; `score` computes every row's, the same for all shoppers."""
    goods = listed.goods
    if listed.sort == BEST:
        return goods.by_score(listed.left, score())
    if listed.sort == FOR_YOU:
        own = liking(goods, shopper_of(request), index_group)
        return goods.by_score(listed.left, score() * own)
    return goods.ordered(listed.left, listed.sort)


def liking(goods: FacetIndex, shopper: str, index_group: int | None = None) -> Floats:
    """A factor per row, 1 without any affinity; all ones for an unknown shopper."""
    live = snapshot_of(shopper)
    factor = 1 + TASTE * taste(goods, live.state.affinities if live else {})
    shelf = recommend(Kind.FOR_YOU, shopper=shopper, index_group=index_group, k=MAX_K)
    rows, known = goods.rows_of(np.array([item.article for item in shelf.items], np.int64))
    factor[rows[known]] *= PICKED
    return factor


def taste(goods: FacetIndex, affinities: Mapping[str, Mapping[int, float]]) -> Floats:
    """For each row, the mean over the dimensions of its value's share of the shopper's weight."""
    found = np.zeros(len(goods))
    for dimension, column in DIMENSIONS.items():
        weights = {value: w for value, w in affinities.get(dimension, {}).items() if w > 0}
        whole = sum(weights.values())
        for value, weight in weights.items():
            found[goods.of(column) == value] += weight / whole / len(DIMENSIONS)
    return found
