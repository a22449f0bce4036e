"""What the generated customers like: the truth that the generator keeps and the shop never sees."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catalog.synthetic.articles import WEEKS, make_catalogue
from catalog.synthetic.customers import make_customers
from catalog.synthetic.dataset import PARAMETERS
from catalog.synthetic.harmony import Harmony, make_harmony
from catalog.synthetic.seeds import Floats, Ints
from catalog.synthetic.shelf import build_shelf, make_world
from catalog.synthetic.tastes import CLUSTERS, make_tastes
from catalog.synthetic.taxonomy import TYPE_COUNT

UNWANTED = -4.0


class NoTruthError(Exception):
    """The folder isn't a generated data set, so that nobody knows what its customers like."""


@dataclass(frozen=True)
class Minds:
    """liking: (clusters, articles), how much more than others a cluster wants an article, in
    standard deviations among the articles it might buy; UNWANTED where it isn't sold.
    cluster: of each customer, by key − 1. row: an article's column. cents: its price.
    """

    liking: Floats
    cluster: Ints
    row: dict[int, int]
    cents: Ints
    kind: Ints
    segment: Ints
    harmony: Harmony

    def goes_with(self, article: int, other: int) -> float:
        """The planted odds, 0 to 1, that a line with `other` leads to one of `article`'s type."""
        wanted = self.segment[other] * TYPE_COUNT + self.kind[other]
        partners = self.harmony.partner[wanted] == self.kind[article]
        return float(self.harmony.odds[wanted] @ partners)


def read(folder: Path) -> Minds:
    """The minds of the generated set in `folder`; raise NoTruthError."""
    try:
        of = json.loads((folder / PARAMETERS).read_text())
        seed, articles, customers = of["seed"], of["articles"], of["customers"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoTruthError(
            f"{folder}: isn't a data set of generate_hm, whose customers' tastes are known"
        ) from error
    tastes, harmony = make_tastes(seed), make_harmony(seed)
    catalogue = make_catalogue(seed, articles)
    people = make_customers(seed, customers, tastes)
    world = make_world(seed, catalogue, people, tastes, harmony)
    shelf = build_shelf(world, WEEKS - 1)
    ids = catalogue.frame["article_id"].astype(int).tolist()
    return Minds(
        liking=_liking(np.diff(shelf.mass, axis=1), shelf.articles, len(catalogue)),
        cluster=people.cluster,
        row={article: row for row, article in enumerate(ids)},
        cents=shelf.cents,
        kind=catalogue.kind,
        segment=catalogue.segment,
        harmony=harmony,
    )


def _liking(weight: Floats, sold: Ints, articles: int) -> Floats:
    """Log weights, standardised by cluster over what it might buy at all."""
    liking = np.full((CLUSTERS, articles), UNWANTED)
    for cluster, of in enumerate(weight):
        logs = np.log(of[of > 0])
        scaled = (logs - logs.mean()) / logs.std()
        liking[cluster, sold[of > 0]] = np.maximum(scaled, UNWANTED)
    return liking
