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
    """The path as shown: of consecutive categories with the same name, only the last."""
    following = [*(above.node.name.casefold() for above in steps[1:]), ""]
    return [
        step
        for step, below in zip(steps, following, strict=True)
        if step.node.name.casefold() != below
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
