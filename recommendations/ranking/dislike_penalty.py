"""“Less like this”: articles that resemble a disliked one are demoted. Pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from recommendations.bundle.reader import Bundle
from recommendations.ranking.scoring import Ranking

# Set by judgement: the files have no dislikes to learn a weight from.
SAME_TYPE: Final = 0.4
SAME_DESIGN: Final = 0.1


def damped(bundle: Bundle, ranking: Ranking, less: Sequence[int]) -> Ranking:
    """The ranking with lower scores for the types and designs of the rows in `less`."""
    if not less:
        return ranking
    rows, turned_down = ranking.rows, np.asarray(less)
    scores = ranking.scores.copy()
    for values, factor in ((bundle.product_type, SAME_TYPE), (bundle.design, SAME_DESIGN)):
        scores[np.isin(values[rows], values[turned_down])] *= factor
    order = np.argsort(-scores, kind="stable")
    return ranking.take(order, scores[order])
