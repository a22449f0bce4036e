"""Articles as cards show them, kept in the process for a moment.

Most shelves of a busy shop show the same few thousand articles: those aren't read again and again.
A card may so be as old as FOR_S; a product's own page, the bag and the checkout read anew.
"""

import time
from collections.abc import Collection
from typing import Final

from catalog.models import Article

FOR_S: Final = 30.0
MOST: Final = 5_000
_kept: dict[int, tuple[float, Article]] = {}


def articles(keys: Collection[int]) -> dict[int, Article]:
    """Those of the keys that are in the catalogue and have a price, in one query at most."""
    now = time.monotonic()
    known = {key: kept[1] for key in keys if (kept := _kept.get(key)) and kept[0] > now}
    if missing := [key for key in keys if key not in known]:
        read = Article.objects.for_cards().in_bulk(missing)
        if len(_kept) + len(read) > MOST:
            forget()
        _kept.update({key: (now + FOR_S, article) for key, article in read.items()})
        known |= read
    return known


def forget() -> None:
    _kept.clear()
