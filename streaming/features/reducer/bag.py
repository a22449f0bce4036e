"""What lies in a shopper's bag, by event time: what comes late undoes nothing newer."""

from typing import Final

from streaming.events.spans import DAY_MS
from streaming.features.registry import BAG
from streaming.features.state import State

# How long it is remembered that an article left the bag: as long as a spooled event may wait.
LATE_MS: Final = 7 * DAY_MS
# Fewer than these that left are not worth looking for those to forget.
FEW: Final = 4


def put_in(state: State, article: int, ts: int) -> None:
    """Newest first."""
    if not _is_newer(state, article, ts):
        return
    bag, times = state.bag, state.bag_ms
    if article in bag:
        bag.remove(article)
    times[article] = ts
    at = 0
    while at < len(bag) and times.get(bag[at], 0) > ts:
        at += 1
    bag.insert(at, article)
    for dropped in bag[BAG.bound :]:
        times.pop(dropped, None)
    del bag[BAG.bound :]


def take_out(state: State, article: int, ts: int) -> None:
    """Also what isn't in the bag: it may come late."""
    if not _is_newer(state, article, ts):
        return
    state.bag_ms[article] = ts
    if article in state.bag:
        state.bag.remove(article)
    if len(state.bag_ms) > len(state.bag) + FEW:
        _forget_old(state)


def merge_bags(state: State, other: State) -> None:
    inside = set(other.bag)
    for article in sorted({*other.bag, *other.bag_ms}, key=lambda a: (other.bag_ms.get(a, 0), a)):
        change = put_in if article in inside else take_out
        change(state, article, other.bag_ms.get(article, 0))


def keep_newer(state: State, ts: int) -> tuple[list[int], dict[int, int]]:
    """What of the bag is newer than a moment."""
    times = {article: at for article, at in state.bag_ms.items() if at > ts}
    return [article for article in state.bag if article in times], times


def _is_newer(state: State, article: int, ts: int) -> bool:
    """At the same moment the one that comes later counts."""
    return ts >= state.bag_ms.get(article, 0)


def _forget_old(state: State) -> None:
    inside, oldest = set(state.bag), state.last_ms - LATE_MS
    times = state.bag_ms
    left = sorted((at, a) for a, at in times.items() if a not in inside and at >= oldest)
    kept = {article: at for at, article in left[-BAG.bound :]}
    state.bag_ms = {a: at for a, at in times.items() if a in inside} | kept
