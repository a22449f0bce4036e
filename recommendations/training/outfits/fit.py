"""Learning what each pair feature is worth, from baskets the counts have not seen."""

from dataclasses import replace

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from recommendations.dataset.inputs import Floats, Ints
from recommendations.outfits.model import FEATURES, Model
from recommendations.training.outfits.questions import Question

# Fewer questions teach less than what is known from other shops.
ENOUGH = 400
DECOYS = 1
STRANGERS = 9
STRENGTH = 0.1
# Learned once on real baskets; what a shop in its first days starts from.
USUAL = {
    "article_lift": 0.4,
    "product_lift": 0.2,
    "section": 0.2,
    "department": 0.1,
    "type_colour": 0.1,
    "type_appearance": 0.1,
    "colour": 0.2,
    "appearance": 0.1,
    "index_group": 0.2,
    "same_section": 0.5,
    "same_colour": 0.2,
    "code_distance_in_section": -0.05,
    "content": 0.5,
    "price_gap": -0.2,
    "channel_gap": -0.3,
}


def fitted(model: Model, questions: list[Question], seed: int) -> Model:
    """The model with weights that tell the hidden article from others, by logistic regression.

    Each question gives its hidden article, DECOYS of the same slot drawn by popularity and
    STRANGERS of any slot the bag doesn't have; so a score is a log-odds against popularity.
    """
    if len(questions) < ENOUGH:
        return replace(model, weights=usual())
    features, hidden, weight = examples(model, questions, seed)
    scale = StandardScaler().fit(features)
    learned = LogisticRegression(C=STRENGTH, max_iter=300).fit(
        scale.transform(features), hidden, sample_weight=weight
    )
    return replace(model, weights=(learned.coef_[0] / scale.scale_).astype(np.float32))


def usual() -> Floats:
    return np.array([USUAL.get(name, 0.0) for name in FEATURES], np.float32)


def examples(model: Model, questions: list[Question], seed: int) -> tuple[Floats, Ints, Floats]:
    """A line per pair of bag article and choice; the lines of one choice weigh one together."""
    rng = np.random.default_rng(seed)
    odds = np.exp(model.popularity.astype(np.float64))
    drawn_of = {
        number: drawing(np.where(model.slot == number, odds, 0.0))
        for number in np.unique(model.slot).tolist()
    }
    anything = drawing(odds)
    lines, hidden, weight = [], [], []
    for question in questions:
        same = drawn(drawn_of[int(model.slot[question.hidden])], rng, DECOYS)
        other = drawn(anything, rng, STRANGERS)
        other = other[~np.isin(model.slot[other], model.slot[question.bag])]
        wrong = np.concatenate([same, other])
        wrong = wrong[(wrong != question.hidden) & ~np.isin(wrong, question.bag)]
        choices = np.concatenate([[question.hidden], wrong]).astype(np.int32)
        pairs = [part.ravel() for part in model.features(question.bag, choices)]
        lines.append(np.stack(pairs, axis=1))
        hidden.append(np.tile(np.arange(len(choices)) == 0, len(question.bag)))
        weight.append(np.full(len(hidden[-1]), 1.0 / len(question.bag), np.float32))
    return np.concatenate(lines), np.concatenate(hidden), np.concatenate(weight)


def drawing(odds: Floats) -> Floats:
    found: Floats = odds.cumsum() / max(odds.sum(), 1e-12)
    return found


def drawn(cumulative: Floats, rng: np.random.Generator, count: int) -> Ints:
    """Articles drawn with the odds whose running sum is given."""
    at = np.searchsorted(cumulative, rng.random(count), side="right")
    found: Ints = at.clip(max=len(cumulative) - 1).astype(np.int32)
    return found
