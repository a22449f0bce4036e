"""The feature store as readers see it: one value per shopper, trends and counts of articles."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from streaming import clock, keys, partitions
from streaming.connection import Command, StoreUnavailable, client, execute, translate_errors
from streaming.features import trends
from streaming.features.state import (
    Recent,
    ShopperState,
    State,
    UnreadableStateError,
    recents,
    unpack,
    view,
)
from streaming.features.store.top import top_at
from streaming.features.store.writer import Effect, Writer, position_in
from streaming.features.trends import ArticleFeatures
from streaming.partitions import home_of, homes

__all__ = ["Snapshot", "StoreUnavailable", "snapshot", "trending"]


@dataclass(frozen=True)
class Snapshot:
    """What the store has of a shopper, of the articles asked for and of what trends, at `now_ms`.

    A shelf needs only a part of `stored`; `state` is all of it as of `now_ms`.
    """

    stored: State
    now_ms: int
    trending: list[tuple[int, float]] = field(default_factory=list)
    articles: dict[int, ArticleFeatures] = field(default_factory=dict)
    dislikes: list[int] = field(default_factory=list)

    @cached_property
    def state(self) -> ShopperState:
        return view(self.stored, self.now_ms)

    @cached_property
    def recents(self) -> list[Recent]:
        return recents(self.stored)

    @property
    def age_ms(self) -> int | None:
        """The time since the shopper's last event; None for somebody new."""
        return self.now_ms - self.stored.last_ms if self.stored.last_ms else None


def snapshot(shopper: str, *, top: str | None = None, articles: Sequence[int] = ()) -> Snapshot:
    """A shopper's features, those of any articles, and what trends by one of `keys.top`.

    One round trip; raise StoreUnavailable when Redis is down, or the state unreadable.
    """
    packed, offset, disliked, *more = execute(
        ("GET", keys.state(shopper)),
        ("GET", keys.CLOCK),
        ("ZREVRANGE", keys.dislikes(shopper), 0, -1),
        *([("GET", top)] if top else []),
        *(_counts_of(articles) if articles else []),
    )
    trending, counts = (more[0], more[1:]) if top else (None, more)
    now = clock.learn_offset(offset)
    less = [int(article) for article in disliked]
    try:
        state = unpack(packed)
    except UnreadableStateError as error:
        raise StoreUnavailable(f"{shopper}: {error}") from error
    return Snapshot(state, now, top_at(trending, now), _counted(articles, counts), less)


def nothing_of(now_ms: int) -> Snapshot:
    """The features of a shopper who has none yet."""
    return Snapshot(State(), now_ms)


def _counts_of(articles: Sequence[int]) -> Iterator[Command]:
    epoch = trends.epoch_of(clock.now_ms())
    fields = (*trends.TOTALS.values(), *articles)
    for partition in range(homes()):
        for of_epoch in (epoch, epoch - 1):
            yield "HMGET", keys.counts(partition, of_epoch), *fields


def _counted(
    articles: Sequence[int], answers: Sequence[Sequence[bytes | None]]
) -> dict[int, ArticleFeatures]:
    """The features from the answers by partition and epoch: totals first, then the articles."""
    columns = [[int(value) for value in column if value] for column in zip(*answers, strict=True)]
    totals = {kind: sum(columns[n]) for n, kind in enumerate(trends.TOTALS) if columns}
    counts = zip(articles, columns[len(totals) :], strict=True)
    return {article: trends.features(values, totals) for article, values in counts}


def shoppers(at_most: int) -> list[str]:
    """Some of the shoppers who have features; raise StoreUnavailable."""
    found: list[str] = []
    with translate_errors():
        for key in client().scan_iter(match=keys.ANY_STATE, count=5000):
            found.append(key.decode().rsplit(":", 1)[1])
            if len(found) == at_most:
                break
    return found


def stored(topic_id: str, asked: Sequence[str]) -> tuple[dict[int, int], dict[str, bytes | None]]:
    """Each partition's position and its shoppers' packed states, at one moment of the partition."""
    by_partition: dict[int, list[str]] = {}
    for shopper in asked:
        by_partition.setdefault(home_of(shopper), []).append(shopper)
    fences: dict[int, int] = {}
    states: dict[str, bytes | None] = {}
    with translate_errors():
        for p, of_partition in by_partition.items():
            names = [keys.fence(p, topic_id), *map(keys.state, of_partition)]
            answer: list[Any] = client().mget(names)
            fence, values = answer[0], answer[1:]
            fences[p] = position_in(fence)
            states.update(zip(of_partition, values, strict=True))
    return fences, states


def is_empty() -> bool:
    """Whether no shopper has features; raise StoreUnavailable."""
    with translate_errors():
        return not any(client().scan_iter(match=keys.ANY_STATE, count=5000))


def forget_log() -> int:
    """Unlink everything made from the log, and the positions in it: workers then read it again.

    Only while no worker runs: one at work would write between. Return the number of keys; raise
    StoreUnavailable.
    """
    forgotten = 0
    with translate_errors():
        for kind in keys.OF_THE_LOG:
            for key in client().scan_iter(match=f"{{p*}}:{kind}", count=5000):
                forgotten += client().unlink(key)
        client().delete(partitions.KEY)
    partitions.reset()
    return forgotten


def positions(topic_id: str, number: int) -> dict[int, int]:
    """The position of each of `number` partitions; raise StoreUnavailable."""
    found = execute(*(("GET", keys.fence(p, topic_id)) for p in range(number)))
    return {p: position_in(at) for p, at in enumerate(found)}


def move_on(topic_id: str, partition: int, expected: int, offset: int) -> bool:
    """Set a partition's position, unless it moved meanwhile; raise StoreUnavailable."""
    writer = Writer(client())
    if writer.positions(topic_id, [partition])[partition] != expected:
        return False
    return writer.apply([Effect(partition, topic_id, expected, offset, {})])[0]


def forget_position(topic_id: str, partition: int) -> None:
    """Let a partition be read again from the log's beginning: this restores what it lost, and
    states that still exist count nothing twice. Raise StoreUnavailable."""
    with translate_errors():
        client().delete(keys.fence(partition, topic_id))


def with_lost_trends() -> list[int]:
    """The partitions that have lost sums or counts of articles: each article counted in an epoch
    has a sum in one group. Raise StoreUnavailable."""
    oldest = trends.epoch_of(clock.now_ms()) - trends.ARTICLES_KEPT
    return [p for p in range(homes()) if _has_lost_trends(p, oldest)]


def _has_lost_trends(partition: int, oldest: int) -> bool:
    """Checks the epochs that still count; earlier ones are dropped bit by bit."""
    sums, counts = keys.of_articles(partition)
    # In this order, since a worker may add articles meanwhile.
    counted, summed = _sizes("HLEN", counts, oldest), _sizes("ZCARD", sums, oldest)
    uncounted = [keys.counts(partition, epoch) for epoch in summed.keys() - counted.keys()]
    totals = len(trends.TOTALS)
    return any(summed[epoch] < n - totals for epoch, n in counted.items()) or not all(
        execute(*(("EXISTS", name) for name in uncounted))
    )


def _sizes(command: str, pattern: str, oldest: int) -> Counter[int]:
    """By epoch, oldest first."""
    found: Counter[int] = Counter()
    with translate_errors():
        for key in client().scan_iter(match=pattern, count=5000):
            if (epoch := int(key.split(b":")[2])) >= oldest:
                found[epoch] += execute((command, key))[0]
    return found


def trending(index_group: int | None, k: int) -> list[tuple[int, float]]:
    """The k articles with the greatest decayed weight, best first; raise StoreUnavailable."""
    top, offset = execute(("GET", keys.top(index_group)), ("GET", keys.CLOCK))
    return top_at(top, clock.learn_offset(offset))[:k]
