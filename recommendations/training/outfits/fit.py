"""What the weight of each pair feature is learned from: baskets held out of the counts."""

from collections.abc import Sequence

import numpy as np

from recommendations.outfits.features import FEATURES, REGISTRY, CandidateContext
from recommendations.outfits.listwise import Choices
from recommendations.outfits.model import BAG_POWER, Model
from recommendations.outfits.pairs import runs
from recommendations.training.outfits.questions import Question
from web.arrays import Floats, Ints

# Decoys per hidden article.
DECOYS = 5
# More are drawn, to allow for duplicates and articles in the basket.
DRAWN = 3 * DECOYS
# Questions described together.
AT_A_TIME = 64


def usual() -> Floats:
    """The default weights of FEATURES."""
    return np.array([feature.usual for feature in REGISTRY], np.float32)


def examples(model: Model, questions: Sequence[Question], seed: int) -> Choices:
    """Of each question its hidden article and DECOYS of the same slot, sampled by sales, so that
    the weights measure how well articles go together, regardless of popularity."""
    rng = np.random.default_rng(seed)
    drawers = {number: Drawer(model, number, rng) for number in np.unique(model.slot).tolist()}
    bags, choices = [], []
    for question in questions:
        decoys = drawers[int(model.slot[question.hidden])].but(question)
        if len(decoys) == DECOYS:
            bags.append(question.bag)
            choices.append(np.array([question.hidden, *decoys], np.int32))
    parts = (slice(at, at + AT_A_TIME) for at in range(0, len(bags), AT_A_TIME))
    described = [features_of(model, bags[part], np.array(choices[part])) for part in parts]
    first = np.arange(len(bags)) * (1 + DECOYS)
    return Choices(
        np.concatenate([np.zeros((0, len(FEATURES)), np.float32), *described]), first, first
    )


def features_of(model: Model, bags: Sequence[Ints], choices: Ints) -> Floats:
    """The FEATURES of each question's choices (a line of `choices`) for its whole bag, choice by
    choice.

    They are taken from the pairs of all questions' bags and choices: that most belong to different
    questions costs less than many small arrays.
    """
    size = np.array([len(bag) for bag in bags])
    met = CandidateContext(model, np.concatenate(bags), choices.ravel())
    question = np.arange(len(bags), dtype=np.int32).repeat(choices.shape[1])
    own, choice = runs(np.append(0, size.cumsum()), question)
    shape = len(met.bag), len(met.candidates)
    summed = [
        np.bincount(choice, np.broadcast_to(feature.values(met), shape)[own, choice])
        for feature in REGISTRY
    ]
    shared = size[question, None] ** -BAG_POWER
    return (np.stack(summed, axis=1) * shared).astype(np.float32)


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
