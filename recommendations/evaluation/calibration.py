"""Whether the compatibility score's probabilities agree with what shoppers chose. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

from recommendations.evaluation.outfits import choices_for
from recommendations.outfits.search import Wardrobe
from recommendations.training.outfits.questions import Decoys, Question

BINS = 10

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bin:
    """Choices of similar probability: their mean `predicted` one, and the share `observed` to be
    the hidden article."""

    predicted: float
    observed: float
    count: int


@dataclass(frozen=True)
class Calibration:
    """`error` is the expected calibration error: the mean distance of predicted and observed,
    weighted by the bins' counts (Naeini, Cooper, Hauskrecht 2015)."""

    bins: list[Bin]
    error: float


def calibration(wardrobe: Wardrobe, questions: Iterable[Question], decoys: Decoys) -> Calibration:
    """Of fill-in-the-blank choices, with the probabilities that the conditional logit gives."""
    predicted, chosen = [], []
    for question in questions:
        choices = choices_for(question, decoys)
        if choices is not None:
            scores = wardrobe.model.of_bag(question.bag, choices)
            predicted.append(softmax(scores.astype(np.float64)))
            chosen.append(choices == question.hidden)
    if not chosen:
        return Calibration([], 0.0)
    return reliability(np.concatenate(predicted), np.concatenate(chosen))


def reliability(predicted: Values, chosen: npt.NDArray[np.bool_]) -> Calibration:
    """BINS of as many choices each, by probability."""
    parts = np.array_split(np.argsort(predicted, kind="stable"), min(BINS, len(predicted)))
    bins = [Bin(float(predicted[p].mean()), float(chosen[p].mean()), len(p)) for p in parts]
    error = sum(abs(b.predicted - b.observed) * b.count for b in bins) / len(predicted)
    return Calibration(bins, error)
