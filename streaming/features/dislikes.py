"""What a shopper wants to see less of: a short list in Redis beside their state.

The page writes it directly and not through the log, so that the next shelf already honours it.
"""

from typing import Any, Final

from streaming import clock, keys
from streaming.connection import client, translate_errors
from streaming.features.registry import DISLIKES
from streaming.identity.tombstones import tombstones

LAST_OUT: Final = -DISLIKES.bound - 1


def add(shopper: str, article: int) -> None:
    """The newest DISLIKES.bound are kept; nothing of an erased shopper. Raise StoreUnavailable."""
    if not tombstones.hold(shopper):
        _write(shopper, {article: clock.wall_ms()})


def remove(shopper: str, article: int) -> None:
    with translate_errors():
        client().zrem(keys.dislikes(shopper), article)


def clear(shopper: str) -> None:
    with translate_errors():
        client().unlink(keys.dislikes(shopper))


def of(shopper: str) -> list[int]:
    """Newest first; raise StoreUnavailable."""
    with translate_errors():
        found: list[Any] = client().zrevrange(keys.dislikes(shopper), 0, -1)
    return [int(article) for article in found]


def hand_over(anonymous: str, customer: str) -> None:
    """Move an anonymous shopper's list to the customer they turned out to be; raise
    StoreUnavailable."""
    with translate_errors():
        known: list[Any] = client().zrange(keys.dislikes(anonymous), 0, -1, withscores=True)
    if known and not tombstones.hold(customer):
        _write(customer, {int(article): int(at) for article, at in known})
    clear(anonymous)


def _write(shopper: str, articles: dict[int, int]) -> None:
    name = keys.dislikes(shopper)
    with translate_errors(), client().pipeline(transaction=True) as pipeline:
        pipeline.zadd(name, {str(article): at for article, at in articles.items()})
        pipeline.zremrangebyrank(name, 0, LAST_OUT)
        pipeline.expire(name, DISLIKES.ttl_s)
        pipeline.execute()
