"""What makes two articles of a type similar: the weights of attributes, words and look, learned
from what the same customers buy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from recommendations.dataset.facts import Facts
from recommendations.dataset.inputs import Flags, Floats, Ints, Sales
from recommendations.dataset.parts import Parts, Tally, total
from recommendations.dataset.sampling import distinct, hashes, ordered, smallest
from recommendations.outfits.listwise import ENOUGH, Choices, Weights, loss
from recommendations.training.content import (
    TEXT_WEIGHT,
    WEIGHTS,
    Content,
    attribute_vectors,
    price_levels,
    unit,
)
from recommendations.training.neighbours import Neighbours, neighbours_of, varied

# Pairs learned from, and other articles of the type that each is told from.
PAIRS: Final = 6000
DECOYS: Final = 6
# Two purchases of one customer are a pair if at most this many others lie between them.
APART: Final = 4
# The type is given: all neighbours share it.
ATTRIBUTES: Final = tuple(name for name in WEIGHTS if name != "product_type")
FEATURES: Final = (*ATTRIBUTES, "words", "look")
# Customers hardly mind pattern and colour, but a shelf called similar shows checks beside checks:
# these count at least this much, as shares of the weight of words and look together.
AT_LEAST: Final[Mapping[str, float]] = {"appearance": 0.15, "colour_master": 0.15}
USUAL: Final = np.array(
    [*(WEIGHTS[name] ** 2 for name in ATTRIBUTES), TEXT_WEIGHT**2, 1.0], np.float32
)
RIDGE: Final = 1.0


@dataclass(frozen=True)
class Traits:
    """One entry per article: attributes as columns, unit vectors of words and look (no columns
    without pictures), type, design, and whether it is on sale."""

    attributes: pd.DataFrame
    words: Floats
    look: Floats
    kind: Ints
    design: Ints
    on_sale: Flags

    def compared(self, left: Ints, right: Ints) -> Floats:
        """The FEATURES of pairs, by which similarity is a weighted sum."""
        columns = (self.attributes[name].to_numpy() for name in ATTRIBUTES)
        same = [(codes[left] == codes[right]).astype(np.float32) for codes in columns]
        close = [(of[left] * of[right]).sum(axis=-1) for of in (self.words, self.look)]
        return np.stack([*same, *close], axis=-1)


def traits_of(
    articles: pd.DataFrame, facts: Facts, design: Ints, content: Content, look: Floats
) -> Traits:
    """`look` are vectors of the pictures (zero rows without one)."""
    return Traits(
        articles[[*ATTRIBUTES[:-1]]].assign(price_level=price_levels(facts.price)),
        content.words,
        whole_look(content.vectors, look),
        articles["product_type"].to_numpy(np.int32),
        design,
        facts.on_sale,
    )


def similar(traits: Traits, weights: Floats) -> Neighbours:
    """The most similar articles of the type, near-copies behind."""
    space = similarity_vectors(traits, weights)
    return varied(neighbours_of(space, traits.design, traits.on_sale, traits.kind), space)


def learned_weights(traits: Traits, parts: Parts[Sales], seed: int) -> Floats:
    """Of each of FEATURES the weight that best tells what a customer bought besides an article from
    others of its type, drawn in proportion to sales: conditional logit, none below zero; `USUAL` if
    there are too few pairs."""
    left, right = bought_by_the_same(traits, parts, seed)
    sold = total(parts, partial(times_sold, articles=len(traits.kind))).sums["sold"]
    lists = choices(traits, left, right, sold, seed)
    if len(lists.chosen) < ENOUGH:
        return USUAL

    def objective(weights: Weights) -> tuple[float, Weights]:
        return loss(weights, lists)

    found = minimize(
        objective,
        np.zeros(len(FEATURES)),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * len(FEATURES),
    )
    return visible(found.x.astype(np.float32))


def visible(weights: Floats) -> Floats:
    """Raises pattern and colour to AT_LEAST."""
    seen = weights[FEATURES.index("words")] + weights[FEATURES.index("look")]
    least = np.array([AT_LEAST.get(name, 0.0) for name in FEATURES], np.float32)
    found: Floats = np.maximum(weights, seen * least)
    return found


Pairs = tuple[Ints, Ints]


def bought_by_the_same(traits: Traits, parts: Parts[Sales], seed: int) -> Pairs:
    """Up to PAIRS pairs of articles on sale, of one type and two designs, that one customer bought,
    in both directions."""
    count = partial(pairs_of_part, traits=traits, seed=seed)
    pairs: Pairs = parts.reduce(count, partial(sampled_pairs, seed=seed))
    return pairs


def pairs_of_part(sales: Sales, traits: Traits, seed: int) -> Pairs:
    customer, _, row = ordered(sales.customer, sales.day, sales.row)
    found = []
    for apart in range(1, APART + 1):
        left, right = row[:-apart], row[apart:]
        kept = (customer[:-apart] == customer[apart:]) & (traits.kind[left] == traits.kind[right])
        kept &= (traits.design[left] != traits.design[right]) & traits.on_sale[left]
        kept &= traits.on_sale[right]
        found += [(left[kept], right[kept]), (right[kept], left[kept])]
    return sampled_pairs(found, seed)


def sampled_pairs(found: Sequence[Pairs], seed: int) -> Pairs:
    """PAIRS different pairs, the same ones however the sales are parted."""
    left, right = distinct(*(np.concatenate(side) for side in zip(*found, strict=True)))
    kept = smallest(hashes(left, right, seed=seed), PAIRS)
    return left[kept].astype(np.int32), right[kept].astype(np.int32)


def times_sold(sales: Sales, articles: int) -> Tally:
    return Tally({"sold": np.bincount(sales.row, minlength=articles).astype(np.int32)})


def choices(traits: Traits, left: Ints, right: Ints, sold: Ints, seed: int) -> Choices:
    """Per pair a list: what was bought, then DECOYS of the type; lists with a decoy of either
    design are left out."""
    rng = np.random.default_rng(seed)
    decoys = np.zeros((len(left), DECOYS), np.int32)
    for kind in np.unique(traits.kind[left]):
        own = traits.kind[left] == kind
        pool = np.flatnonzero((traits.kind == kind) & traits.on_sale & (sold > 0))
        odds = np.cumsum(sold[pool])
        drawn = rng.random((int(own.sum()), DECOYS)) * odds[-1]
        decoys[own] = pool[np.searchsorted(odds, drawn, side="right").clip(max=len(pool) - 1)]
    theirs = traits.design[decoys]
    differ = (theirs != traits.design[left][:, None]) & (theirs != traits.design[right][:, None])
    kept = differ.all(axis=1)
    lists = np.hstack([right[kept][:, None], decoys[kept]])
    features = traits.compared(left[kept][:, None], lists)
    starts = np.arange(len(lists), dtype=np.int64) * (DECOYS + 1)
    return Choices(features.reshape(-1, len(FEATURES)), starts, starts)


def similarity_vectors(traits: Traits, weights: Floats) -> Floats:
    """Unit rows whose dot product is the weighted similarity of two articles of a type."""
    *of_attributes, words, look = np.sqrt(weights).tolist()
    by_name = dict(zip(ATTRIBUTES, of_attributes, strict=True))
    attributes = attribute_vectors(traits.attributes, by_name)
    return unit(np.hstack([attributes, words * traits.words, look * traits.look]))


def whole_look(vectors: Floats, look: Floats) -> Floats:
    """Unit rows: the look of each article; one without a picture has the look predicted from its
    content (a ridge regression on `vectors`)."""
    seen = np.abs(look).sum(axis=1) > 0
    if not seen.any():
        return look
    gram = vectors[seen].T @ vectors[seen] + RIDGE * np.eye(vectors.shape[1], dtype=np.float32)
    guessed = vectors @ np.linalg.solve(gram, vectors[seen].T @ look[seen])
    return unit(np.where(seen[:, None], look, guessed))
