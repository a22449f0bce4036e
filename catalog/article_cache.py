"""Articles as cards show them, kept in the process until another ingest finishes.

Most shelves of a busy shop show the same few thousand articles: those aren't read again and again.
A product's own page, the bag and the checkout read anew.
"""

from collections.abc import Collection
from itertools import islice
from typing import Final

from catalog.data_version import last_ingest
from catalog.models import Article

MOST: Final = 10_000
_kept: dict[int, Article] = {}
_of: str | None = None


def articles(keys: Collection[int]) -> dict[int, Article]:
    """Those of the keys that are in the catalogue and have a price, in one query at most."""
    global _of
    ingest = last_ingest()
    if ingest is None or ingest != _of:
        forget()
        _of = ingest
    known = {key: _kept[key] for key in keys if key in _kept}
    if missing := [key for key in keys if key not in known]:
        read = Article.objects.for_cards().in_bulk(missing)
        _kept.update(read)
        known |= read
        for oldest in list(islice(_kept, max(0, len(_kept) - MOST))):
            _kept.pop(oldest, None)
    return known


def forget() -> None:
    _kept.clear()
