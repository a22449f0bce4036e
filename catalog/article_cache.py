"""Articles as cards show them, cached in the process until the data change.

Most shelves of a busy shop show the same few thousand articles. Product pages, the bag and the
checkout bypass the cache.
"""

from collections.abc import Collection
from typing import Final

from catalog.data_version import data_version
from catalog.models import Article
from web.cache import VersionedMap

MAX_ARTICLES: Final = 10_000
_articles: Final[VersionedMap[int, Article]] = VersionedMap(data_version, MAX_ARTICLES)


def in_order(keys: Collection[int]) -> list[Article]:
    """As `articles`, in the order of the keys."""
    known = articles(keys)
    return [known[key] for key in keys if key in known]


def articles(keys: Collection[int]) -> dict[int, Article]:
    """Those of the keys that exist and have a price, in at most one query."""
    return _articles.get_many(keys, lambda missing: Article.objects.for_cards().in_bulk(missing))
