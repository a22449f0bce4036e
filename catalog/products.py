"""Products for display: their articles, led by one of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.models import Article


@dataclass(frozen=True)
class ShownProduct:
    """`shown` are all articles with a price, best-selling first; `lead` is one of them."""

    product_code: str
    lead: Article
    shown: list[Article]


def shown_products(leads: Mapping[int, int]) -> list[ShownProduct]:
    """Products for (product key, lead article key) pairs, in the given order, in one query."""
    by_product: dict[int, list[Article]] = {product: [] for product in leads}
    for article in Article.objects.filter(product__in=by_product).for_cards().popular():
        by_product[article.product_id].append(article)
    return [
        ShownProduct(f"{product:07d}", lead, shown)
        for product, shown in by_product.items()
        for lead in shown
        if lead.pk == leads[product]
    ]


def shown_product(key: int) -> ShownProduct | None:
    """A product led by its best-selling article; None if none of its articles has a price."""
    best = Article.objects.filter(product=key).popular().values_list("pk", flat=True).first()
    return None if best is None else shown_products({key: best})[0]
