"""Trending articles, merged over the partitions, so that readers need one key."""

from typing import Any, Final

import msgspec

from streaming import keys
from streaming.connection import execute, translate_errors
from streaming.features import trends
from streaming.features.registry import TREND_TTL_S, TRENDING
from streaming.partitions import homes

# How many epochs are deleted; the keys of earlier ones expire.
FORGOTTEN: Final = 4


class Top(msgspec.Struct, array_like=True):
    """The heaviest articles of an audience, in an epoch's weights; `at` scales them to now."""

    epoch: int
    items: list[tuple[int, float]]

    def at(self, now_ms: int) -> list[tuple[int, float]]:
        scale = trends.scale_at(self.epoch, now_ms)
        return [(article, value * scale) for article, value in self.items]


_top_decoder: msgspec.msgpack.Decoder[Top] = msgspec.msgpack.Decoder(Top)


def top_at(value: bytes | None, now_ms: int) -> list[tuple[int, float]]:
    """The scaled articles of a stored Top."""
    return [] if value is None else _top_decoder.decode(value).at(now_ms)


def refresh(redis: Any, index_groups: frozenset[int], now_ms: int) -> None:
    """Merge the partitions' trends for readers; raise StoreUnavailable.

    Each partition gives its best 200 of a group. Shoppers are spread over the partitions at random,
    so an article that this misses isn't among the merged best either.
    """
    epoch = trends.epoch_of(now_ms)
    tops = {group: _merged(redis, epoch, group) for group in sorted(index_groups)}
    everything = [item for items in tops.values() for item in items]
    by_key = {keys.top(group): items for group, items in tops.items()}
    by_key[keys.top(None)] = trends.best(everything, (), TRENDING.bound)
    packed = {key: msgspec.msgpack.encode(Top(epoch, items)) for key, items in by_key.items()}
    execute(*(("SET", key, value, "EX", TREND_TTL_S) for key, value in packed.items()), on=redis)


def _merged(redis: Any, epoch: int, group: int) -> list[tuple[int, float]]:
    partitions = range(homes())
    with translate_errors(), redis.pipeline(transaction=False) as pipeline:
        for of_epoch in (epoch, epoch - 1):
            for p in partitions:
                key = keys.trend(p, of_epoch, group)
                pipeline.zrevrange(key, 0, TRENDING.bound - 1, withscores=True)
        lists = pipeline.execute()
    half = len(partitions)
    current, before = trends.flat(lists[:half]), trends.flat(lists[half:])
    return trends.best(current, before, TRENDING.bound)


def forget_before(redis: Any, epoch: int, index_groups: frozenset[int]) -> None:
    """Drop epochs that the clock has left behind; raise StoreUnavailable."""
    gone = range(epoch - FORGOTTEN, epoch)
    names = [
        name
        for p in range(homes())
        for of_epoch in gone
        for name in (keys.counts(p, of_epoch), *(keys.trend(p, of_epoch, g) for g in index_groups))
    ]
    execute(*(("UNLINK", name) for name in names), on=redis)
