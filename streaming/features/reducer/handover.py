"""A whole state at once: handed over to a customer, merged, forgotten, erased."""

from binascii import crc32

from streaming.events import schema
from streaming.features.reducer.recents import put_into, remember
from streaming.features.reducer.rings import MERGED_BYTES, SEEN_BYTES, holds, is_first, mark_of
from streaming.features.reducer.tastes import merge_tastes
from streaming.features.reducer.timing import count, merge_times
from streaming.features.state import State, pack, unpack


def hand_over(anonymous: State, event: schema.Identify) -> schema.Merge | None:
    """Empty an anonymous shopper's state into the event that carries it to their customer.

    The event's id follows from the Identify's, so that making it again after a crash changes
    nothing; the emptied state remembers the Identify, so that its repetition hands over nothing.
    """
    if anonymous.erased or not is_first(anonymous, event):
        return None
    packed, known = pack(anonymous), anonymous.last_ms > 0
    forget(anonymous)
    if not known:
        return None
    return schema.Merge(
        id=f"m{crc32(event.id.encode()):08x}{event.anonymous}",
        shopper=event.shopper,
        ts=event.ts,
        source="stream",
        state=packed,
    )


def forget(state: State) -> None:
    """Everything but the ids that tell a repetition."""
    kept = State(seen=state.seen, seen_impressions=state.seen_impressions, merged=state.merged)
    _become(state, kept)


def erase(state: State) -> None:
    """Nothing is left but the sign that nothing may come again."""
    _become(state, State(erased=True))


def _become(state: State, other: State) -> None:
    for field in State.__struct_fields__:
        setattr(state, field, getattr(other, field))


def take_in(state: State, event: schema.Merge) -> bool:
    mark = mark_of(event.id)
    if holds(state.merged, mark):
        return False
    merge(state, unpack(event.state))
    state.merged = (mark + state.merged)[:MERGED_BYTES]
    return True


def merge(state: State, other: State) -> None:
    """Add another state's features, as if its events had been this shopper's."""
    merge_times(state, other)
    for entry in reversed(other.recents):
        remember(state.recents, entry)
    for article in reversed(other.bag):
        put_into(state.bag, article)
    for place, number in enumerate(other.counts):
        count(state, place)
        state.counts[place] += number - 1
    if other.tastes:
        merge_tastes(state, other)
    state.seen = (state.seen + other.seen)[:SEEN_BYTES]
    state.seen_impressions = (state.seen_impressions + other.seen_impressions)[:SEEN_BYTES]
