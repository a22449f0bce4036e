"""A card per product, with a dot for each colour the product comes in."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.models import Article


@dataclass(frozen=True)
class Card:
    article: Article
    colours: list[str]


def with_colours(articles: Sequence[Article]) -> list[Card]:
    """The articles with the colour names of their products, in one query for all."""
    rows = (
        Article.objects.filter(product__in={article.product_id for article in articles})
        .order_by("pk")
        .values_list("product_id", "colour__name")
    )
    colours = grouped(rows)
    return [Card(article, colours[article.product_id]) for article in articles]


def grouped(rows: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    """Colour names per product, each name once."""
    colours: dict[int, dict[str, None]] = defaultdict(dict)
    for product, colour in rows:
        colours[product][colour] = None
    return {product: list(names) for product, names in colours.items()}
