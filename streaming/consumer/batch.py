"""One partition's batch, from messages to what they do. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from streaming.events import schema
from streaming.events.schema import Event, key_of, partition_of
from streaming.features import reducer
from streaming.features.reducer.handover import hand_over
from streaming.features.reducer.tastes import Attributes
from streaming.features.state import State, unpack
from streaming.features.trends import Increments

TAGS: Final[dict[type[schema.OfArticle], str]] = {
    kind: str(kind.__struct_config__.tag) for kind in schema.OF_ARTICLE
}


class Taken(NamedTuple):
    """A message as it lay in its partition."""

    offset: int
    value: bytes


class Dead(NamedTuple):
    """A message that can't be worked on, and why."""

    offset: int
    value: bytes
    error: str


@dataclass
class Decoded:
    """`good` holds (offset, whose state it changes, event)."""

    good: list[tuple[int, str, Event]] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)

    @property
    def shoppers(self) -> list[str]:
        return list(dict.fromkeys(key for _, key, _ in self.good))

    @property
    def articles(self) -> set[int]:
        return {event.article for _, _, event in self.good if isinstance(event, schema.OfArticle)}


@dataclass
class Reduced:
    states: dict[str, State]
    trends: Increments
    merges: list[schema.Merge] = field(default_factory=list)


@dataclass
class Part:
    """One partition's share of a batch."""

    partition: int
    messages: list[Taken]
    decoded: Decoded
    reduced: Reduced | None = None

    @property
    def following(self) -> int:
        return self.messages[-1].offset + 1


class PoisonError(Exception):
    """The event at `offset` makes the reducer fail, whatever its surroundings."""

    def __init__(self, offset: int, error: Exception) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.offset = offset


def decode(partition: int, partitions: int, messages: Sequence[Taken]) -> Decoded:
    """Tell events from what isn't one, or lies where another worker would write its shopper."""
    result = Decoded()
    for message in messages:
        try:
            event = schema.decode(message.value)
        except (msgspec.DecodeError, RecursionError) as error:
            result.dead.append(Dead(*message, str(error)))
            continue
        key = key_of(event)
        if partition_of(key, partitions) == partition:
            result.good.append((message.offset, key, event))
        else:
            result.dead.append(Dead(*message, f"{key} doesn't belong to partition {partition}"))
    return result


def reduce(
    good: Sequence[tuple[int, str, Event]],
    packed: Mapping[str, bytes | None],
    articles: Mapping[int, Attributes],
    kept: Sequence[int],
) -> Reduced:
    """Apply the events in order; `kept` are the partition's epochs. Raise PoisonError."""
    states = {shopper: unpack(value) for shopper, value in packed.items()}
    result = Reduced(states, Increments(list(kept)))
    for offset, key, event in good:
        try:
            _step(result, states[key], event, articles)
        except Exception as error:
            raise PoisonError(offset, error) from error
    return result


def _step(result: Reduced, state: State, event: Event, articles: Mapping[int, Attributes]) -> None:
    if isinstance(event, schema.OfArticle):
        _of_article(result, state, event, articles.get(event.article))
    elif not isinstance(event, schema.Identify):
        reducer.apply(state, event, None)
    elif (merge := hand_over(state, event)) is not None:
        result.merges.append(merge)


def _of_article(
    result: Reduced, state: State, event: schema.OfArticle, about: Attributes | None
) -> None:
    if not reducer.apply(state, event, about) or about is None:  # type: ignore[arg-type]
        return
    result.trends.add(TAGS[type(event)], event.ts, event.article, about.index_group)
    before = reducer.viewed_before(state, event)  # type: ignore[arg-type]
    if before is not None:
        result.trends.pairs.append((event.article, before))
