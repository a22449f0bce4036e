"""Breadcrumbs: the path down the menu, as a page's heading and trail show it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse

from catalog.models import Article
from catalog.navigation import Node, menu


@dataclass(frozen=True)
class Step:
    """One category on the path, and its address."""

    node: Node
    url: str


def trail(keys: Sequence[int]) -> list[Step]:
    """From the top of the menu to the requested category, or as far as the path exists."""
    nodes = list(_down(keys))
    return [step(nodes[: depth + 1]) for depth in range(len(nodes))]


def trail_of(article: Article) -> list[Step]:
    return trail(
        [
            article.index.group_id,
            article.section_id,
            article.garment_group_id,
            article.product_type_id,
        ]
    )


def without_repeats(steps: Sequence[Step]) -> list[Step]:
    """The path as shown: “Shoes” goes between “Womens Shoes” and “Boots”, and above “Shoes”."""
    words = [frozenset(step.node.name.casefold().split()) for step in steps]
    return [
        step
        for depth, step in enumerate(steps)
        if step is steps[-1]
        or (words[depth] != words[depth + 1] and not (depth and words[depth] < words[depth - 1]))
    ]


def step(nodes: Sequence[Node]) -> Step:
    return Step(nodes[-1], reverse("listing", args=nodes))


def _down(keys: Sequence[int]) -> Iterator[Node]:
    level: Sequence[Node] = menu()
    for key in keys:
        node = next((node for node in level if node.pk == key), None)
        if node is None:
            return
        yield node
        level = node.children
