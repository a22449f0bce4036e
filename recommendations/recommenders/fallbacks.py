"""Recommendations from PostgreSQL alone, for when there is no bundle."""

from collections.abc import Collection

from django.utils.translation import gettext

from catalog.models import Article
from catalog.models.querysets import ArticleQuerySet
from recommendations.recommenders.shelf import Item, items_by_place

# Articles fetched per product shown.
COLOURS = 4


def popular(index_group: int | None, hidden: Collection[int], k: int) -> list[Item]:
    """Best sellers of the last weeks, without the products of the hidden articles."""
    return items(within(index_group, hidden).popular(), gettext("Popular right now"), k)


def newest(index_group: int | None, hidden: Collection[int], k: int) -> list[Item]:
    """Latest arrivals, without the products of the hidden articles."""
    return items(within(index_group, hidden).newest(), gettext("New in"), k)


def of_same_type(article: int, k: int) -> list[Item]:
    """Best sellers of the same type and audience, those of the same colour first."""
    own = Article.objects.select_related("index").filter(pk=article).first()
    if own is None:
        return []
    same = Article.objects.of_type(own.product_type_id).in_index_group(own.index.group_id)
    same = same.exclude(product=own.product_id).popular()
    alike = items(
        same.filter(colour_master=own.colour_master_id), gettext("Same type and colour"), k
    )
    if len(alike) < k:
        other = same.exclude(colour_master=own.colour_master_id)
        alike += items(other, gettext("Same type"), k - len(alike))
    # One scale for both: the position in the whole list.
    return [item._replace(score=1.0 / place) for place, item in enumerate(alike, start=1)]


def of_same_product(article: int, k: int) -> list[Item]:
    """The other colours of the article's product, best sellers first."""
    own = Article.objects.filter(pk=article).values_list("product", flat=True).first()
    if own is None:
        return []
    others = Article.objects.filter(product=own).exclude(pk=article).popular()
    return items_by_place(others.values_list("pk", flat=True)[:k], gettext("Another colour"))


def within(index_group: int | None, hidden: Collection[int]) -> ArticleQuerySet:
    shown = Article.objects.other_products_than(hidden)
    return shown if index_group is None else shown.in_index_group(index_group)


def items(articles: ArticleQuerySet, reason: str, k: int) -> list[Item]:
    """The first article of each of up to k products."""
    head = articles.values_list("product", "pk")[: COLOURS * k]
    first: dict[int, int] = {}
    for product, article in head:
        first.setdefault(product, article)
    return items_by_place(list(first.values())[:k], reason)
