"""One card per product, with a dot for each of its colours."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.models import Article

Row = tuple[int, int, str]


@dataclass(frozen=True)
class Colour:
    """A colour of a product, and the article in that colour."""

    article: int
    name: str


@dataclass(frozen=True)
class Card:
    article: Article
    colours: list[Colour]


def with_colours(articles: Sequence[Article]) -> list[Card]:
    """The articles with the colours of their products, in one query."""
    rows = (
        Article.objects.filter(
            product__in={article.product_id for article in articles}, summary__isnull=False
        )
        .order_by("pk")
        .values_list("product_id", "pk", "colour__name")
    )
    colours = grouped(rows)
    return [Card(article, colours.get(article.product_id, [])) for article in articles]


def grouped(rows: Iterable[Row]) -> dict[int, list[Colour]]:
    """The colours of each product, each name once: of its first article."""
    colours: dict[int, dict[str, Colour]] = defaultdict(dict)
    for product, article, name in rows:
        colours[product].setdefault(name, Colour(article, name))
    return {product: list(named.values()) for product, named in colours.items()}
