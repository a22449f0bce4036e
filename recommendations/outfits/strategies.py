"""Outfit strategies for experiments: one feature decides instead of all. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from recommendations.bundle.reader import Bundle
from recommendations.outfits.arrays import wardrobe_of
from recommendations.outfits.features import RANKING
from recommendations.outfits.search import Wardrobe
from web.cache import per_owner

# The deciding feature by name; none: the trained ranking. Ties go to the product's lift, then
# sales.
LOOKS: Final[Mapping[str, Mapping[str, float]]] = {
    "default": {},
    "lift": {"article_lift": 1.0, "product_lift": 0.1, "own_popularity": 0.01},
    "content": {"content": 1.0},
}


@per_owner(most=8)
def wardrobe_for(bundle: Bundle, strategy: str) -> Wardrobe:
    """The bundle's wardrobe, ranked by the strategy (a name of LOOKS)."""
    wardrobe = wardrobe_of(bundle)
    if not (wanted := LOOKS[strategy]):
        return wardrobe
    ranking = np.zeros_like(wardrobe.model.ranking)
    for name, weight in wanted.items():
        ranking[RANKING.index(name)] = weight
    model = replace(wardrobe.model, ranking=ranking, appeal=np.zeros_like(wardrobe.model.appeal))
    return replace(wardrobe, model=model)
