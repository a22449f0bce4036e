"""Hidden taste clusters: life stage, departments, colours, price level and style.

A cluster belongs to an archetype (a young woman, a mother, a man …), which determines its mean age
and the segments it shops in; colours, product groups, price level and style vary within it. The
archetypes' shares make the index groups sell as in the original (Ladies about 64 %).
"""

from dataclasses import dataclass

import numpy as np

from demo.data.articles import STYLE_DIMENSIONS, Catalogue
from demo.data.seeds import Floats, Ints, choose, stream
from demo.data.taxonomy import FAMILIES, FAMILY_COUNT, GROUPS, SEGMENTS, TYPE_COUNT

CLUSTERS = 60
# share of customers, mean age, age spread, segment mix
ARCHETYPES: tuple[tuple[float, float, float, dict[str, float]], ...] = (
    (0.30, 22, 4, {"l": 0.48, "d": 0.46, "m": 0.01, "p": 0.05}),
    (0.22, 29, 5, {"l": 0.70, "d": 0.22, "m": 0.02, "b": 0.01, "p": 0.05}),
    (0.08, 36, 5, {"l": 0.60, "d": 0.08, "m": 0.06, "b": 0.08, "g": 0.09, "y": 0.06, "p": 0.03}),
    (0.26, 51, 7, {"l": 0.85, "d": 0.09, "m": 0.02, "g": 0.01, "p": 0.03}),
    (0.06, 27, 7, {"m": 0.72, "d": 0.20, "l": 0.04, "q": 0.04}),
    (0.03, 48, 9, {"m": 0.78, "l": 0.15, "y": 0.03, "q": 0.04}),
    (0.05, 27, 7, {"l": 0.50, "d": 0.22, "p": 0.25, "r": 0.01, "m": 0.02}),
)
FAMILY_PULL = {"black": 1.45, "white": 0.6, "other": -0.5}


@dataclass(frozen=True)
class Tastes:
    """One row per cluster.

    share, age, spread: (clusters,); segments: (clusters, segments), rows sum to 1;
    groups, families, style, kinds: log weights; thrift: preference for cheap (> 0) or expensive
    articles.
    """

    share: Floats
    age: Floats
    spread: Floats
    segments: Floats
    groups: Floats
    families: Floats
    kinds: Floats
    style: Floats
    thrift: Floats


def make_tastes(seed: int) -> Tastes:
    """The clusters for one seed."""
    rng = stream(seed, "tastes")
    weights = np.array([row[0] for row in ARCHETYPES])
    of = np.concatenate([np.arange(len(weights)), choose(rng, weights, CLUSTERS - len(weights))])
    members = np.bincount(of, minlength=len(weights))
    pull = np.array([FAMILY_PULL.get(name, 0.0) for name in FAMILIES])
    mixes = np.array([[row[3].get(letter, 0.0) for letter in SEGMENTS] for row in ARCHETYPES])
    share = weights[of] / members[of]
    segments = mixes[of] * np.exp(rng.normal(0, 0.25, (CLUSTERS, len(SEGMENTS))))
    return Tastes(
        share=share,
        age=np.array([row[1] for row in ARCHETYPES])[of] + rng.normal(0, 2, CLUSTERS),
        spread=np.array([row[2] for row in ARCHETYPES], dtype=np.float64)[of],
        segments=segments / segments.sum(axis=1, keepdims=True),
        groups=_level(rng.normal(0, 0.3, (CLUSTERS, len(GROUPS))), share),
        families=pull + _level(rng.normal(0, 0.7, (CLUSTERS, FAMILY_COUNT)), share),
        kinds=rng.normal(0, 0.8, (CLUSTERS, TYPE_COUNT)),
        style=rng.normal(0, 0.9, (CLUSTERS, STYLE_DIMENSIONS)),
        thrift=rng.normal(0.7, 0.5, CLUSTERS),
    )


def _level(tilts: Floats, share: Floats) -> Floats:
    """Log weights shifted so that their mean effect over all customers is 1 in each column:
    clusters differ, but the shop as a whole sells the same mix for every seed."""
    mean = share @ np.exp(tilts) / share.sum()
    return np.asarray(tilts - np.log(mean))


def cluster_of_age(rng: np.random.Generator, tastes: Tastes, age: Ints) -> Ints:
    """A cluster for each age: P(cluster | age) ∝ share · Normal(age; centre, spread)."""
    ages = np.arange(100)[:, None]
    density = (
        tastes.share / tastes.spread * np.exp(-0.5 * ((ages - tastes.age) / tastes.spread) ** 2)
    )
    density = density + 1e-6 * tastes.share
    bounds = np.cumsum(density / density.sum(axis=1, keepdims=True), axis=1)
    draw = rng.random(len(age))
    cluster = np.zeros(len(age), dtype=np.int64)
    for value in np.unique(age):
        members = age == value
        cluster[members] = np.searchsorted(bounds[value], draw[members], side="right")
    return np.minimum(cluster, CLUSTERS - 1)


def affinity(tastes: Tastes, catalogue: Catalogue) -> Floats:
    """Constant log weight of each article for each cluster, shape (clusters, articles)."""
    log_price = np.log(catalogue.cents / 2500)
    return (
        catalogue.appeal
        + tastes.families[:, catalogue.family]
        + tastes.kinds[:, catalogue.kind]
        + tastes.style @ catalogue.style.T
        - tastes.thrift[:, None] * log_price
    )
