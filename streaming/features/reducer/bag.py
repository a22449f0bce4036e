"""What is in a shopper's bag, by event time: a late event undoes nothing newer."""

from typing import Final

from streaming.events.spans import DAY_MS
from streaming.features.registry import BAG
from streaming.features.state import State

# How long a removal from the bag is remembered: as long as a spooled event may wait.
LATE_MS: Final = 3 * DAY_MS


def put_in(state: State, article: int, ts: int) -> None:
    """Newest first."""
    if not _is_newer(state, article, ts):
        return
    bag, times = state.bag, state.bag_ms
    if article in bag:
        bag.remove(article)
    at = 0
    while at < len(bag) and times.get(bag[at], 0) > ts:
        at += 1
    bag.insert(at, article)
    for dropped in bag[BAG.bound :]:
        times.pop(dropped, None)
    del bag[BAG.bound :]


def take_out(state: State, article: int, ts: int) -> None:
    """Also if the article isn't in the bag: the event that adds it may still come."""
    if not _is_newer(state, article, ts):
        return
    if article in state.bag:
        state.bag.remove(article)
    _forget_old(state)


def merge_bags(state: State, other: State) -> None:
    inside = set(other.bag)
    for article in sorted({*other.bag, *other.bag_ms}, key=lambda a: (other.bag_ms.get(a, 0), a)):
        change = put_in if article in inside else take_out
        change(state, article, other.bag_ms.get(article, 0))


def keep_newer(state: State, ts: int) -> tuple[list[int], dict[int, int]]:
    """Keep only what is newer than a moment."""
    times = {article: at for article, at in state.bag_ms.items() if at > ts}
    return [article for article in state.bag if article in times], times


def _is_newer(state: State, article: int, ts: int) -> bool:
    """Note the time, unless a newer one is known; of two events at the same time the last one
    counts."""
    before = state.bag_ms.pop(article, 0)
    state.bag_ms[article] = max(ts, before)  # the last one noted stands at the end
    return ts >= before


def _forget_old(state: State) -> None:
    """Forget at most two removals: no event adds more than two."""
    times, bag = state.bag_ms, state.bag
    for _ in range(min(2, len(times))):
        first = next(iter(times))
        if first in bag:
            times[first] = times.pop(first)
        elif times[first] < state.last_ms - LATE_MS or len(times) > len(bag) + BAG.bound:
            del times[first]
        else:
            return
