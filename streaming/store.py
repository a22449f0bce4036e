"""The feature store: one value per shopper, trends per partition, and the fence that keeps both
exactly once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.conf import settings

from streaming import clock, keys, trends
from streaming.connection import StoreUnavailable, available, client
from streaming.features import STATE_TTL_S, TREND_TTL_S, TRENDING
from streaming.state import ShopperState, unpack, view

__all__ = ["Snapshot", "StoreUnavailable", "snapshot", "trending"]

# Outlives all features: were a fence to go first, the log would be applied to them once more.
FENCE_TTL_S: Final = 2 * STATE_TTL_S
NO_FENCE: Final = -1

# KEYS: fence, epochs, then states, trends to drop, trends to add to. ARGV: the offset expected
# and the next one, the three TTLs, the partition's epochs, how many states and drops there are,
# the states' values, and for each trend the number of its pairs and the pairs (weight, article).
# Returns 1, or 0 where the fence stands elsewhere: somebody else, or this batch, was here before.
APPLY: Final = """
if tonumber(redis.call('GET', KEYS[1]) or '-1') ~= tonumber(ARGV[1]) then return 0 end
local states, drops = tonumber(ARGV[7]), tonumber(ARGV[8])
for i = 1, states do redis.call('SET', KEYS[2 + i], ARGV[8 + i], 'EX', ARGV[3]) end
for i = 1, drops do redis.call('DEL', KEYS[2 + states + i]) end
local at = 9 + states
for k = 3 + states + drops, #KEYS do
  local last = at + 2 * tonumber(ARGV[at])
  for i = at + 1, last, 2 do redis.call('ZINCRBY', KEYS[k], ARGV[i], ARGV[i + 1]) end
  redis.call('EXPIRE', KEYS[k], ARGV[5])
  at = last + 1
end
if ARGV[6] ~= '' then redis.call('SET', KEYS[2], ARGV[6], 'EX', ARGV[4]) end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[4])
return 1
"""


@dataclass(frozen=True)
class Effect:
    """What one partition's batch does to the store. `expected` is where the fence must stand."""

    partition: int
    topic_id: str
    expected: int
    following: int
    states: dict[str, bytes]  # by shopper
    trends: trends.Increments
    index_groups: frozenset[int]

    def arguments(self) -> tuple[list[str], list[Any]]:
        """KEYS and ARGV of the script."""
        of, added = self.partition, self.trends.sums
        names = [keys.fence(of, self.topic_id), keys.epochs(of)]
        names += [keys.state(shopper) for shopper in self.states]
        drops = [
            keys.trend(of, epoch, group)
            for epoch in self.trends.dropped
            for group in sorted(self.index_groups)
        ]
        names += drops + [keys.trend(of, epoch, group) for epoch, group in added]
        kept = ",".join(map(str, self.trends.kept))
        values: list[Any] = [self.expected, self.following, STATE_TTL_S, FENCE_TTL_S, TREND_TTL_S]
        values += [kept, len(self.states), len(drops), *self.states.values()]
        for sums in added.values():
            values.append(len(sums))
            for article, amount in sums.items():
                values += (amount, article)
        return names, values


@dataclass(frozen=True)
class Snapshot:
    """What is known of a shopper, and what trends, at event time `now_ms`.

    `age_ms` is the time since the shopper's last event; None for somebody new.
    """

    state: ShopperState
    trending: list[tuple[int, float]]
    now_ms: int
    age_ms: int | None


class Top(msgspec.Struct, array_like=True):
    """The heaviest articles of an audience, in an epoch's weights, for readers to scale."""

    epoch: int
    items: list[tuple[int, float]]

    def at(self, now_ms: int) -> list[tuple[int, float]]:
        scale = trends.scale_at(self.epoch, now_ms)
        return [(article, value * scale) for article, value in self.items]


_top_decoder: msgspec.msgpack.Decoder[Top] = msgspec.msgpack.Decoder(Top)


def snapshot(shopper: str, *, index_group: int | None = None) -> Snapshot:
    """A shopper's features and the trends of an index group (or overall), in one round trip.

    Raise StoreUnavailable when Redis is away.
    """
    with available(), client().pipeline(transaction=False) as pipeline:
        pipeline.get(keys.state(shopper))
        pipeline.get(keys.top(index_group))
        pipeline.get(keys.CLOCK)
        packed, top, offset = pipeline.execute()
    now = clock.heard(offset)
    state = view(unpack(packed), now)
    age = now - state.last_seen if state.last_seen else None
    return Snapshot(state, _top_at(top, now), now, age)


def is_empty() -> bool:
    """Whether no shopper has features; raise StoreUnavailable."""
    with available():
        return not any(client().scan_iter(match=keys.ANY_STATE, count=5000))


def trending(index_group: int | None, k: int) -> list[tuple[int, float]]:
    """The k articles with the greatest decayed weight, best first; raise StoreUnavailable."""
    with available(), client().pipeline(transaction=False) as pipeline:
        pipeline.get(keys.top(index_group))
        pipeline.get(keys.CLOCK)
        top, offset = pipeline.execute()
    return _top_at(top, clock.heard(offset))[:k]


def _top_at(value: bytes | None, now_ms: int) -> list[tuple[int, float]]:
    return [] if value is None else _top_decoder.decode(value).at(now_ms)


def _flat(lists: Sequence[Sequence[tuple[bytes, float]]]) -> list[tuple[int, float]]:
    return [(int(article), value) for items in lists for article, value in items]


class Writer:
    """The stream worker's side of the store. Every method may raise StoreUnavailable.

    `fences` comes first: it also hands Redis the script that `apply` runs.
    """

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self.sha = ""

    def fences(self, topic_id: str, partitions: Sequence[int]) -> dict[int, int]:
        """Where each partition goes on; NO_FENCE where nothing of this topic was applied yet."""
        with available():  # a Redis that was started anew has forgotten the script
            self.sha = self.redis.script_load(APPLY)
        values = self._each("GET", [keys.fence(p, topic_id) for p in partitions])
        return {
            p: NO_FENCE if value is None else int(value)
            for p, value in zip(partitions, values, strict=True)
        }

    def epochs(self, partitions: Sequence[int]) -> dict[int, list[int]]:
        """The epochs whose trends each partition keeps, last touched last."""
        values = self._each("GET", [keys.epochs(p) for p in partitions])
        return {
            p: [int(epoch) for epoch in value.split(b",")] if value else []
            for p, value in zip(partitions, values, strict=True)
        }

    def states(self, shoppers: Sequence[Sequence[str]]) -> list[list[bytes | None]]:
        """The packed states of each partition's shoppers: one MGET a partition, one round trip."""
        with available(), self.redis.pipeline(transaction=False) as pipeline:
            for of_partition in shoppers:
                pipeline.mget([keys.state(shopper) for shopper in of_partition])
            return pipeline.execute() if shoppers else []

    def apply(self, effects: Sequence[Effect]) -> list[bool]:
        """Write each partition's batch and move its fence on; False where it was refused."""
        with available(), self.redis.pipeline(transaction=False) as pipeline:
            for effect in effects:
                names, values = effect.arguments()
                pipeline.evalsha(self.sha, len(names), *names, *values)
            return [reply == 1 for reply in pipeline.execute()]

    def refresh_top(self, index_groups: frozenset[int], now_ms: int) -> None:
        """Merge the partitions' trends into what readers get.

        Each partition gives its best 200 of a group. Shoppers are spread over the partitions at
        random, so that an article missed by that has no place among the merged best ones.
        """
        epoch, groups = trends.epoch_of(now_ms), sorted(index_groups)
        tops = {group: self._merged(epoch, group) for group in groups}
        everything = [item for items in tops.values() for item in items]
        tops_by_key = {keys.top(group): items for group, items in tops.items()}
        tops_by_key[keys.top(None)] = trends.best(everything, (), TRENDING.bound)
        with available(), self.redis.pipeline(transaction=False) as pipeline:
            for key, items in tops_by_key.items():
                value = msgspec.msgpack.encode(Top(epoch, items))
                pipeline.set(key, value, ex=TREND_TTL_S)
            pipeline.execute()

    def _merged(self, epoch: int, group: int) -> list[tuple[int, float]]:
        partitions = range(settings.KAFKA_PARTITIONS)
        with available(), self.redis.pipeline(transaction=False) as pipeline:
            for of_epoch in (epoch, epoch - 1):
                for p in partitions:
                    key = keys.trend(p, of_epoch, group)
                    pipeline.zrevrange(key, 0, TRENDING.bound - 1, withscores=True)
            lists = pipeline.execute()
        half = len(partitions)
        return trends.best(_flat(lists[:half]), _flat(lists[half:]), TRENDING.bound)

    def _each(self, command: str, names: Sequence[str]) -> list[Any]:
        with available(), self.redis.pipeline(transaction=False) as pipeline:
            for name in names:
                pipeline.execute_command(command, name)
            replies: list[Any] = pipeline.execute()
            return replies
