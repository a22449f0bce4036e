"""The articles' attributes that tastes are counted by, by article key."""

import logging
import math
import time
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections

from catalog.models import Article
from streaming.features.state import Attributes

logger = logging.getLogger(__name__)

# New articles come with an ingest; one unknown article must not make every batch ask again.
PATIENCE_S: Final = 10.0


def price_level(price: float) -> int:
    """Half octaves of the price in money: 0 at 1, 2 at 2, 4 at 4, …; −1 and below for less."""
    return math.floor(2 * math.log2(price * settings.PRICE_UNIT))


def load() -> dict[int, Attributes]:
    """The attributes of all articles that have a price."""
    rows = Article.objects.filter(summary__isnull=False).values_list(
        "pk",
        "garment_group_id",
        "product_type_id",
        "colour_master_id",
        "index__group_id",
        "summary__price",
        "appearance_id",
        "department_id",
    )
    return {
        pk: Attributes(garment, type_, colour, group, price_level(price), pattern, department)
        for pk, garment, type_, colour, group, price, pattern, department in rows.iterator(
            chunk_size=10_000
        )
    }


class Articles:
    """The attributes, loaded again when articles turn up that they don't have."""

    def __init__(self) -> None:
        self.known: dict[int, Attributes] = {}
        self.index_groups: frozenset[int] = frozenset()
        self.loaded_at = -math.inf

    def refresh(self) -> None:
        """Load; raises django.db.Error when PostgreSQL is down."""
        close_old_connections()
        self.known = load()
        self.index_groups = frozenset(about.index_group for about in self.known.values())
        self.loaded_at = time.monotonic()

    def refresh_unless_recent(self) -> bool:
        """Load again if the last time isn't recent; with PostgreSQL down keep what is there
        (False)."""
        if time.monotonic() - self.loaded_at < PATIENCE_S:
            return False
        self.loaded_at = time.monotonic()
        try:
            self.refresh()
        except DatabaseError as error:
            logger.warning("Could not load new articles: %s", error)
            return False
        return True
