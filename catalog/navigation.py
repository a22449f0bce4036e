"""The shop's menu: index group → section → garment group → product type, with product counts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection
from django.utils.text import slugify

from catalog.data_version import data_version, per_data_version
from catalog.models import is_named

CACHE_SECONDS = 24 * 3600

# ROLLUP counts distinct products at every level in one pass; adding up the leaves would count a
# product once per type. Columns below a row's level are NULL.
COUNTS = """
SELECT g.id, g.name, s.id, s.name, m.id, m.name, t.id, t.name, count(DISTINCT a.product_id)
FROM catalog_article a
JOIN catalog_index i ON i.id = a.index_id
JOIN catalog_indexgroup g ON g.id = i.group_id
JOIN catalog_section s ON s.id = a.section_id
JOIN catalog_garmentgroup m ON m.id = a.garment_group_id
JOIN catalog_producttype t ON t.id = a.product_type_id
GROUP BY ROLLUP ((g.id, g.name), (s.id, s.name), (m.id, m.name), (t.id, t.name))
HAVING g.id IS NOT NULL
"""

Row = tuple[int | str | None, ...]
Path = tuple[int, ...]


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


def tree(rows: Iterable[Row]) -> list[Node]:
    """The menu from rows of (id, name) × 4 levels, null below the row's level, and a count.

    Largest first at every level.
    """
    named: dict[Path, tuple[str, int]] = {}
    below: dict[Path, list[Path]] = defaultdict(list)
    for row in rows:
        path = tuple(int(key) for key in row[0:8:2] if key is not None)
        name = str(row[2 * len(path) - 1])
        named[path] = name if is_named(name) else "Other", int(row[8] or 0)
        below[path[:-1]].append(path)

    def children(parent: Path) -> list[Node]:
        nodes = (Node(path[-1], *named[path], tuple(children(path))) for path in below[parent])
        return sorted(nodes, key=lambda node: (-node.count, node.pk))

    return children(())


@per_data_version()
def menu() -> list[Node]:
    """The menu of the current data, cached in this process and shared through Redis.

    Redis holds rows rather than nodes, so that a release can change the Node class.
    """
    version = data_version()
    if version is None:
        return tree(_count())
    key = f"menu:{version}"
    rows = cache.get(key)
    if rows is None:
        rows = _count()
        cache.set(key, rows, CACHE_SECONDS)
    return tree(rows)


def _count() -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        return list(cursor.fetchall())
