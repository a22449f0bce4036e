"""Products for display: their articles, led by one of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.models import Article


@dataclass(frozen=True)
class ProductCard:
    """`shown` are all articles with a price, best-selling first; `lead` is one of them."""

    product_code: str
    lead: Article
    shown: list[Article]


def product_cards(leads: Mapping[int, int]) -> list[ProductCard]:
    """Products for (product key, lead article key) pairs, in the given order, in one query."""
    by_product: dict[int, list[Article]] = {product: [] for product in leads}
    for article in Article.objects.filter(product__in=by_product).for_cards().popular():
        by_product[article.product_id].append(article)
    return [
        ProductCard(f"{product:07d}", lead, shown)
        for product, shown in by_product.items()
        for lead in shown
        if lead.pk == leads[product]
    ]


def product_card(key: int) -> ProductCard | None:
    """A product led by its best-selling article; None if none of its articles has a price."""
    shown = list(Article.objects.filter(product=key).for_cards().popular())
    return ProductCard(f"{key:07d}", shown[0], shown) if shown else None
