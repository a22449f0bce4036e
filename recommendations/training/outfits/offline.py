"""A wardrobe trained on the spot, for evaluation and scoring as of another day."""

import numpy as np

from recommendations.dataset.facts import facts_of
from recommendations.dataset.inputs import Inputs, Progress
from recommendations.outfits.arrays import wardrobe
from recommendations.outfits.search import Wardrobe
from recommendations.training.content import content_of
from recommendations.training.neighbours import designs
from recommendations.training.outfits.counting import Goods
from recommendations.training.outfits.training import outfit_arrays

SEED = 1
COLUMNS = ("article", "product", "product_type", "index_group", "colour_master")


def trained_wardrobe(inputs: Inputs, progress: Progress) -> Wardrobe:
    """The same as training writes into a bundle, without writing one."""
    facts = facts_of(inputs)
    vectors = content_of(inputs.articles, facts.price, SEED).vectors
    goods = Goods(inputs.articles, facts.price, facts.on_sale, vectors)
    own = {name: inputs.articles[name].to_numpy(np.int32) for name in COLUMNS}
    return wardrobe(
        {
            **own,
            "design": designs(inputs.articles),
            "price": facts.price,
            "on_sale": facts.on_sale,
            "vectors": vectors,
            **outfit_arrays(inputs, goods, SEED, progress),
        }
    )
