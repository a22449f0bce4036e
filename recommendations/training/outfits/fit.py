"""What the weight of each pair feature is learned from: baskets held out of the counts."""

from collections.abc import Sequence
from itertools import islice

import numpy as np

from recommendations.outfits.features import FEATURES, REGISTRY
from recommendations.outfits.listwise import Choices
from recommendations.outfits.model import Model
from recommendations.training.outfits.questions import Question
from web.arrays import Floats, Ints

# Decoys per hidden article.
DECOYS = 5
# More are drawn, to allow for duplicates and articles in the basket.
DRAWN = 3 * DECOYS


def usual() -> Floats:
    """The default weights of FEATURES."""
    return np.array([feature.usual for feature in REGISTRY], np.float32)


def examples(model: Model, questions: Sequence[Question], seed: int) -> Choices:
    """Of each question its hidden article and DECOYS of the same slot, sampled by sales, so that
    the weights measure how well articles go together, regardless of popularity."""
    rng = np.random.default_rng(seed)
    drawers = {number: Drawer(model, number, rng) for number in np.unique(model.slot).tolist()}
    features, starts, lines = [np.zeros((0, len(FEATURES)), np.float32)], [], 0
    for question in questions:
        decoys = drawers[int(model.slot[question.hidden])].but(question)
        if len(decoys) < DECOYS:
            continue
        choices = np.concatenate([[question.hidden], decoys]).astype(np.int32)
        pairs = islice(model.ranked_for(question.bag, choices), len(FEATURES))
        features.append(np.stack(list(pairs), axis=1))
        starts.append(lines)
        lines += len(choices)
    first = np.array(starts, np.int64)
    return Choices(np.concatenate(features), first, first)


class Drawer:
    """Samples articles of a slot in proportion to their sales. Unsold ones are never drawn: the
    model would learn to tell them from sold ones instead."""

    def __init__(self, model: Model, slot: int, rng: np.random.Generator) -> None:
        sold = (model.slot == slot) & (model.popularity > model.popularity.min())
        odds = np.where(sold, np.exp(model.popularity.astype(np.float64)), 0.0)
        self._sum, self._rng = odds.cumsum(), rng

    def but(self, question: Question) -> Ints:
        """DECOYS that are neither hidden nor in the bag; fewer if the slot has fewer."""
        drawn = self._rng.random(DRAWN) * self._sum[-1]
        rows = np.searchsorted(self._sum, drawn, side="right").clip(max=len(self._sum) - 1)
        rows = rows[~np.isin(rows, [*question.bag, question.hidden])]
        first = np.sort(np.unique(rows, return_index=True)[1])
        found: Ints = rows[first][:DECOYS].astype(np.int32)
        return found
