"""The shop's menu: index group → section → garment group → product type, with product counts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.text import slugify

from catalog.data_version import per_data_version
from catalog.models import is_named
from catalog.search.facet_index import LEVELS, NAMED, FacetIndex, Ints, facet_index

NAMES = {column: key for key, (column, _model) in NAMED.items()}


@dataclass(frozen=True, slots=True)
class Node:
    """A menu entry. `count` is the number of products below it."""

    pk: int
    name: str
    count: int
    children: tuple["Node", ...] = ()

    @property
    def slug(self) -> str:
        return slugify(self.name) or str(self.pk)


@per_data_version()
def menu() -> tuple[Node, ...]:
    """Largest first at every level."""
    goods = facet_index()
    return _nodes(goods, np.arange(len(goods)), LEVELS)


def _nodes(goods: FacetIndex, rows: Ints, levels: Sequence[str]) -> tuple[Node, ...]:
    """The entries of the first of the levels among these rows, with those below them."""
    if not levels:
        return ()
    level, *below = levels
    keys, names = goods.of(level)[rows], goods.names[NAMES[level]]
    nodes = []
    for key in np.unique(keys).tolist():
        own = rows[keys == key]
        name = names[key] if is_named(names[key]) else "Other"
        # A product of several types counts once above them.
        count = len(np.unique(goods.of("product")[own]))
        nodes.append(Node(key, name, count, _nodes(goods, own, below)))
    return tuple(sorted(nodes, key=lambda node: (-node.count, node.pk)))
