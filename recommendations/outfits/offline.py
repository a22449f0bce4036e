"""A wardrobe trained on the spot, for evaluation and scoring as of another day."""

import numpy as np

from recommendations.outfits.arrays import wardrobe
from recommendations.outfits.search import Wardrobe
from recommendations.outfits.training import outfit_arrays
from recommendations.training.content import content_vectors
from recommendations.training.facts import facts_of
from recommendations.training.inputs import Inputs, Progress
from recommendations.training.neighbours import designs

SEED = 1
COLUMNS = ("article", "product", "product_type", "index_group", "colour_master")


def trained_wardrobe(inputs: Inputs, progress: Progress) -> Wardrobe:
    """The same as training writes into a bundle, without writing one."""
    facts = facts_of(inputs)
    vectors = content_vectors(inputs.articles, facts.price, SEED)
    own = {name: inputs.articles[name].to_numpy(np.int32) for name in COLUMNS}
    return wardrobe(
        {
            **own,
            "design": designs(inputs.articles),
            "price": facts.price,
            "on_sale": facts.on_sale,
            "vectors": vectors,
            **outfit_arrays(inputs, facts.price, facts.on_sale, vectors, SEED, progress),
        }
    )
