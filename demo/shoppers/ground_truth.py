"""What the generated customers like: known to the generator, never seen by the shop."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from demo.data.articles import WEEKS, make_catalogue
from demo.data.customers import make_customers
from demo.data.dataset import PARAMETERS
from demo.data.harmony import Harmony, make_harmony
from demo.data.seeds import Floats, Ints
from demo.data.shelf import Shelf, build_shelf, make_world
from demo.data.tastes import CLUSTERS, make_tastes
from demo.data.taxonomy import TYPE_COUNT

UNWANTED = -4.0


class NoTruthError(Exception):
    """The folder isn't a generated data set, so its customers' tastes are unknown."""


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """liking: (clusters, articles), how much more than others a cluster wants an article, in
    standard deviations among the articles it might buy; UNWANTED for those it never buys.
    cluster: of each customer, by key − 1; activity: how often they buy. row: an article's column;
    ids: a column's article; cents: its price.
    kind, sort: the product type, and segment and type as one number.
    """

    liking: Floats
    cluster: Ints
    activity: Floats
    ids: list[int]
    row: dict[int, int]
    cents: Ints
    kind: Ints
    sort: Ints
    shelf: Shelf
    harmony: Harmony

    def goes_with(self, article: int, other: int) -> float:
        """The planted odds, 0 to 1, that a line with `other` leads to one of `article`'s type."""
        partners = self.harmony.partner[self.sort[other]] == self.kind[article]
        return float(self.harmony.odds[self.sort[other]] @ partners)

    def bought_at(self, cluster: int, draw: float) -> int:
        """The column of an article, drawn (0 ≤ draw < 1) as the cluster's customers buy."""
        place = int(np.searchsorted(self.shelf.mass[cluster], draw, side="right")) - 1
        return int(self.shelf.articles[min(place, len(self.shelf.articles) - 1)])


def read(folder: Path) -> GroundTruth:
    """The tastes of the generated set in `folder`; raises NoTruthError."""
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
    # The shop still shows discontinued articles, and shoppers like them by the same taste.
    shelf = build_shelf(world, WEEKS - 1, retired=True)
    ids = catalogue.frame["article_id"].astype(int).tolist()
    return GroundTruth(
        liking=_liking(np.diff(shelf.mass, axis=1), shelf.articles, len(catalogue)),
        cluster=people.cluster,
        activity=people.activity,
        ids=ids,
        row={article: row for row, article in enumerate(ids)},
        cents=shelf.cents,
        kind=catalogue.kind,
        sort=catalogue.segment * TYPE_COUNT + catalogue.kind,
        shelf=shelf,
        harmony=harmony,
    )


def _liking(weight: Floats, sold: Ints, articles: int) -> Floats:
    """Log weights, standardised per cluster over the articles it might buy."""
    liking = np.full((CLUSTERS, articles), UNWANTED)
    for cluster, of in enumerate(weight):
        logs = np.log(of[of > 0])
        scaled = (logs - logs.mean()) / logs.std()
        liking[cluster, sold[of > 0]] = np.maximum(scaled, UNWANTED)
    return liking
