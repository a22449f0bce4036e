"""The feature store: one value per shopper, trends per partition, and the fence that keeps both
exactly once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from django.conf import settings

from streaming import article_counts, clock, keys, trends
from streaming.article_counts import ArticleFeatures
from streaming.connection import StoreUnavailable, available, client
from streaming.events import partition_of
from streaming.features import CO_VIEWS, STATE_TTL_S, TREND_TTL_S, TRENDING
from streaming.state import ShopperState, unpack, view

__all__ = ["Snapshot", "StoreUnavailable", "snapshot", "trending"]

# Outlives all features: were a fence to go first, the log would be applied to them once more.
FENCE_TTL_S: Final = 2 * STATE_TTL_S
NO_FENCE: Final = -1

# KEYS: fence, epochs, then states, keys to drop, sums to add to, and for each pair of views a
# sketch. ARGV: the offset expected and the next one, the three TTLs, the partition's epochs, how
# many states, drops and sums there are, the sketches' bound, then the states' values, for each sum
# a command, the number of its arguments and these, and for each pair the other article.
# A full sketch gives its smallest place, with its count, to the newcomer (space-saving: Metwally,
# Agrawal, El Abbadi, ICDT 2005). Returns 1, or 0 where the fence stands elsewhere: somebody else,
# or this batch, was here before.
APPLY: Final = """
if tonumber(redis.call('GET', KEYS[1]) or '-1') ~= tonumber(ARGV[1]) then return 0 end
local states, drops, sums = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
for i = 1, states do redis.call('SET', KEYS[2 + i], ARGV[10 + i], 'EX', ARGV[3]) end
local key, at = 2 + states, 11 + states
for i = 1, drops do redis.call('UNLINK', KEYS[key + i]) end
key = key + drops
for i = 1, sums do
  local command, last = ARGV[at], at + 1 + tonumber(ARGV[at + 1])
  for j = at + 2, last, 2 do redis.call(command, KEYS[key + i], ARGV[j], ARGV[j + 1]) end
  redis.call('EXPIRE', KEYS[key + i], ARGV[5])
  at = last + 1
end
for i = key + sums + 1, #KEYS do
  local sketch, other = KEYS[i], ARGV[at]
  if redis.call('ZADD', sketch, 'XX', 'INCR', 1, other) == false then
    local count = 1
    if redis.call('ZCARD', sketch) >= tonumber(ARGV[10]) then
      count = redis.call('ZPOPMIN', sketch)[2] + 1
    end
    redis.call('ZADD', sketch, count, other)
    redis.call('EXPIRE', sketch, ARGV[5])
  end
  at = at + 1
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
        of, kept = self.partition, ",".join(map(str, self.trends.kept))
        drops, added = self._drops(), self._added()
        pairs = [pair for a, b in self.trends.pairs for pair in ((a, b), (b, a))]
        names = [keys.fence(of, self.topic_id), keys.epochs(of)]
        names += [keys.state(shopper) for shopper in self.states]
        names += drops + [name for name, _, _ in added]
        names += [keys.co_views(of, article) for article, _ in pairs]
        values: list[Any] = [self.expected, self.following, STATE_TTL_S, FENCE_TTL_S, TREND_TTL_S]
        values += [kept, len(self.states), len(drops), len(added), CO_VIEWS.bound]
        values += self.states.values()
        for _, command, amounts in added:
            values += (command, len(amounts), *amounts)
        values += [other for _, other in pairs]
        return names, values

    def _drops(self) -> list[str]:
        of, dropped = self.partition, self.trends.dropped
        groups = sorted(self.index_groups)
        names = [keys.trend(of, epoch, group) for epoch in dropped for group in groups]
        return names + [keys.counts(of, epoch) for epoch in dropped]

    def _added(self) -> list[tuple[str, str, list[int]]]:
        """Key, command, and the command's pairs of arguments one after the other."""
        of, more = self.partition, self.trends
        made = [
            (keys.trend(of, *place), "ZINCRBY", [x for a, n in sums.items() for x in (n, a)])
            for place, sums in more.sums.items()
        ]
        made += [
            (keys.counts(of, epoch), "HINCRBY", [x for pair in sums.items() for x in pair])
            for epoch, sums in more.counts.items()
        ]
        return made


@dataclass(frozen=True)
class Snapshot:
    """What is known of a shopper and of the articles asked for, and what trends, at `now_ms`.

    `age_ms` is the time since the shopper's last event; None for somebody new.
    """

    state: ShopperState
    trending: list[tuple[int, float]]
    now_ms: int
    age_ms: int | None
    articles: dict[int, ArticleFeatures] = field(default_factory=dict)


class Top(msgspec.Struct, array_like=True):
    """The heaviest articles of an audience, in an epoch's weights, for readers to scale."""

    epoch: int
    items: list[tuple[int, float]]

    def at(self, now_ms: int) -> list[tuple[int, float]]:
        scale = trends.scale_at(self.epoch, now_ms)
        return [(article, value * scale) for article, value in self.items]


_top_decoder: msgspec.msgpack.Decoder[Top] = msgspec.msgpack.Decoder(Top)


def snapshot(
    shopper: str, *, index_group: int | None = None, articles: Sequence[int] = ()
) -> Snapshot:
    """A shopper's features, those of any articles, and what trends (in an index group or overall).

    One round trip; raise StoreUnavailable when Redis is away.
    """
    epoch = trends.epoch_of(clock.now_ms()) if articles else 0
    with available(), client().pipeline(transaction=False) as pipeline:
        pipeline.get(keys.state(shopper))
        pipeline.get(keys.top(index_group))
        pipeline.get(keys.CLOCK)
        if articles:
            _ask_counts(pipeline, epoch, articles)
        packed, top, offset, *counts = pipeline.execute()
    now = clock.heard(offset)
    state = view(unpack(packed), now)
    age = now - state.last_seen if state.last_seen else None
    return Snapshot(state, _top_at(top, now), now, age, _counted(articles, counts))


def _ask_counts(pipeline: Any, epoch: int, articles: Sequence[int]) -> None:
    fields = [*article_counts.TOTALS.values(), *articles]
    for partition in range(settings.KAFKA_PARTITIONS):
        for of_epoch in (epoch, epoch - 1):
            pipeline.hmget(keys.counts(partition, of_epoch), fields)


def _counted(
    articles: Sequence[int], answers: Sequence[Sequence[bytes | None]]
) -> dict[int, ArticleFeatures]:
    """The features from each partition's and epoch's answer: totals first, then the articles."""
    columns = [[int(value) for value in column if value] for column in zip(*answers, strict=True)]
    totals = {kind: sum(columns[n]) for n, kind in enumerate(article_counts.TOTALS) if columns}
    counts = zip(articles, columns[len(totals) :], strict=True)
    return {article: article_counts.features(values, totals) for article, values in counts}


def viewed_with(article: int, k: int) -> list[tuple[int, float]]:
    """The k articles most often viewed next to this one, with counts; raise StoreUnavailable."""
    with available(), client().pipeline(transaction=False) as pipeline:
        for partition in range(settings.KAFKA_PARTITIONS):
            pipeline.zrange(keys.co_views(partition, article), 0, -1, withscores=True)
        return trends.best(_flat(pipeline.execute()), (), k)


def shoppers(at_most: int) -> list[str]:
    """Some of the shoppers who have features; raise StoreUnavailable."""
    found: list[str] = []
    with available():
        for key in client().scan_iter(match=keys.ANY_STATE, count=5000):
            found.append(key.decode().rsplit(":", 1)[1])
            if len(found) == at_most:
                break
    return found


def stored(topic_id: str, asked: Sequence[str]) -> tuple[dict[int, int], dict[str, bytes | None]]:
    """Each partition's fence and its shoppers' packed states, at one moment of the partition."""
    by_partition: dict[int, list[str]] = {}
    for shopper in asked:
        by_partition.setdefault(partition_of(shopper, settings.KAFKA_PARTITIONS), []).append(
            shopper
        )
    fences: dict[int, int] = {}
    states: dict[str, bytes | None] = {}
    with available():
        for p, of_partition in by_partition.items():
            names = [keys.fence(p, topic_id), *map(keys.state, of_partition)]
            answer: list[Any] = client().mget(names)
            fence, values = answer[0], answer[1:]
            fences[p] = int(fence or NO_FENCE)
            states.update(zip(of_partition, values, strict=True))
    return fences, states


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
