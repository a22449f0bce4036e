"""The home page's hero: the shopper's favourites or what is trending; and department tiles."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.http import HttpRequest

from catalog import article_cache
from catalog.data_version import per_data_version
from catalog.models import Article
from catalog.navigation import Node, menu
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.online_features import read_once_per_page
from recommendations.serving import serving
from recommendations.widgets.rendering import favourite_audience, on_page
from streaming.identity.shoppers import is_new, shopper_of

PICTURES: Final = 3
# Product groups worn over the skin, whose pictures fill a tile well.
WORN: Final = "Garment"


@dataclass(frozen=True)
class Hero:
    """`department` is the shopper's favourite; None for a new visitor."""

    department: Node | None
    articles: list[Article]


class Tile(NamedTuple):
    department: Node
    article: Article | None


def hero_of(request: HttpRequest) -> Hero:
    """The shopper's own recommendations if there are any, else trending articles.

    The first are those of the page's shelf "for you", whose ranking is then computed once.
    """
    group = favourite_audience(request)
    department = next((node for node in menu() if node.pk == group), None)
    shopper = shopper_of(request)
    answer = serving.recommend(
        Kind.TRENDING if department is None else Kind.FOR_YOU,
        shopper=shopper,
        k=serving.MAX_K,
        is_new=is_new(request),
        read=read_once_per_page(request),
    )
    articles = pictures_of([item.article for item in answer.items], group)
    on_page(request).update(article.pk for article in articles)
    return Hero(department, articles)


def pictures_of(keys: list[int], index_group: int | None) -> list[Article]:
    """The first articles of the audience with a picture, each of another garment group; for a new
    visitor, best sellers if too few have one."""
    found = [a for a in article_cache.in_order(keys) if a.summary.has_picture]
    if index_group is not None:
        found = [article for article in found if article.index.group_id == index_group]
    hero = of_different_groups(found)
    if len(hero) < PICTURES and index_group is None:
        hero = of_different_groups([*hero, *best_sellers(index_group)])
    return hero


def of_different_groups(articles: Iterable[Article]) -> list[Article]:
    """Worn pieces first, one of each garment group and of each product."""
    first: dict[int, Article] = {}
    for article in sorted(
        articles, key=lambda one: not one.product_type.group.name.startswith(WORN)
    ):
        if all(article.product_id != other.product_id for other in first.values()):
            first.setdefault(article.garment_group_id, article)
    return list(first.values())[:PICTURES]


@per_data_version(most=32)
def best_sellers(index_group: int | None) -> list[Article]:
    pictured = Article.objects.for_cards().filter(summary__has_picture=True)
    if index_group is not None:
        pictured = pictured.in_index_group(index_group)
    return list(pictured.popular()[: serving.MAX_K])


@per_data_version()
def department_tiles() -> list[Tile]:
    """Every department with its best seller that shows well, no picture twice."""
    return [
        Tile(node, next(iter(of_different_groups(best_sellers(node.pk))), None)) for node in menu()
    ]
