"""Products as they are shown: with their articles, one of which stands for all."""

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
    """Products by key, with the key of the article that leads; in one query, in the given order."""
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
    """A product led by its best-selling article; None where no article of it has a price."""
    best = Article.objects.filter(product=key).popular().values_list("pk", flat=True).first()
    return None if best is None else shown_products({key: best})[0]
