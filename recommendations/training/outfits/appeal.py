"""What an article has for every bag alike: looks take it off, or all would hold the same pieces."""

import numpy as np

from recommendations.outfits.compatibility import disagree
from recommendations.outfits.constraints import WearTables
from recommendations.outfits.features import TABLES
from recommendations.outfits.model import Model
from recommendations.outfits.shortlist import Pool
from web.arrays import Floats, Ints

# Best sellers of a kind that stand for all bags.
ANCHORS = 150


def appeal(model: Model, pool: Pool, part: Ints, wear: WearTables) -> Floats:
    """Per article its mean score as a complement of best sellers: those of its audience and main
    occasion that are of another part (see Slots.parts) and may share a look with it. Relative to
    the mean of its part; 0 outside the pool.

    What goes with everything (a hub) comes first for every bag, unless this is taken off, as in
    cross-domain similarity local scaling (Conneau et al., 2018).
    """
    audience = model.groups[TABLES.index("index_group")]
    kinds = audience.astype(np.int64) << 32 | wear.occasion
    found = np.zeros(len(audience), np.float32)
    for kind in np.unique(kinds[pool.rows]).tolist():
        rows = pool.rows[kinds[pool.rows] == kind]
        anchors = rows[np.argsort(-model.popularity[rows], kind="stable")[:ANCHORS]]
        met = part[anchors][:, None] != part[rows]
        met &= ~disagree(wear, wear.agree[:, anchors], wear.agree[:, rows])
        own = (model.wanted_alone(anchors, rows) * met).sum(axis=0) / met.sum(axis=0).clip(1)
        usual = np.bincount(part[rows], own) / np.bincount(part[rows]).clip(1)
        found[rows] = own - usual[part[rows]]
    return found
