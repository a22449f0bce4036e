"""What the shop shows you, and what it would show a customer of the data set."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext

from catalog import article_cache
from catalog.models import Article
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.online_features import snapshot_of
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.serving import previews
from streaming import clock
from streaming.features.store import nothing_of

SHOWN: Final = 6
SHELVES: Final = (Kind.FOR_YOU, Kind.NEW_IN, Kind.BUY_AGAIN)


@dataclass(frozen=True)
class Compared:
    """The first articles of a shelf for either of them."""

    title: str
    yours: list[Article]
    theirs: list[Article]


def compared(you: str, them: str) -> list[Compared]:
    """Shelves that are empty for both are left out."""
    both = [
        Compared(gettext(RECOMMENDERS[kind].title), _first(kind, you), _first(kind, them))
        for kind in SHELVES
    ]
    return [shelf for shelf in both if shelf.yours or shelf.theirs]


def _first(kind: Kind, shopper: str) -> list[Article]:
    live = snapshot_of(shopper) or nothing_of(clock.now_ms())
    items = previews.shelf(kind, shopper, live).items[:SHOWN]
    return article_cache.in_order([item.article for item in items])
