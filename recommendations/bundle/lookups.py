"""Checks that what a request names exists."""

from rest_framework.exceptions import NotFound, ValidationError

from catalog.models import Article, IndexGroup
from recommendations.bundle import registry
from recommendations.bundle.reader import ABSENT
from web.json_types import Json


def check_known(query: Json) -> None:
    """Raise NotFound or ValidationError, with the field named, for an unknown article or audience.

    The bundle is checked first, so that most requests read nothing from PostgreSQL.
    """
    article, group = query.get("article"), query.get("index_group")
    if article is not None and not is_article(article):
        raise NotFound({"article": [f"There is no article {article:010d}."]})
    if group is not None and not is_index_group(group):
        raise ValidationError({"index_group": [f"There is no index group {group}."]})


def is_article(key: int) -> bool:
    bundle = registry.active()
    if bundle is not None and bundle.row_of(key) != ABSENT:
        return True
    return Article.objects.filter(pk=key).exists()


def is_index_group(key: int) -> bool:
    bundle = registry.active()
    if bundle is not None and key in bundle.popular_by_index_group.keys:
        return True
    return IndexGroup.objects.filter(pk=key).exists()
