"""Operations on a whole state: hand over, merge, reset, erase."""

from binascii import crc32
from bisect import bisect_left, insort
from itertools import zip_longest
from typing import Final

from msgspec import structs

from streaming.events import schema
from streaming.events.spans import DAY_MS
from streaming.features.additions import Packed
from streaming.features.additions import pack as pack_maps
from streaming.features.reducer.bag import keep_newer, merge_bags
from streaming.features.reducer.rings import (
    MERGED_BYTES,
    SEEN_BYTES,
    holds,
    is_first,
    mark_of,
)
from streaming.features.reducer.waiting import merge_packed
from streaming.features.registry import BUCKETS, SESSION_GAP_MS
from streaming.features.state import (
    DIMENSIONS,
    State,
    bucket_of,
    buckets_of,
    pack,
    recents_of,
    unpack,
)

OWNERS_KEPT: Final = 8


def hand_over(anonymous: State, event: schema.Identify) -> schema.Merge | None:
    """Empty an anonymous shopper's state into the event that carries it to their customer.

    The event's id follows from the Identify's, so that making it again after a crash changes
    nothing; the emptied state remembers the Identify, so that a repetition hands over nothing.
    """
    if anonymous.erased or not is_first(anonymous, event):
        return None
    is_newest = not anonymous.owners or event.ts >= anonymous.owners[-1][0]
    insort(anonymous.owners, (event.ts, event.shopper))
    del anonymous.owners[:-OWNERS_KEPT]
    if not is_newest or not anonymous.last_ms:
        return None
    packed = pack(structs.replace(anonymous, log=0, next_offset=0, origins={}))
    forget(anonymous)
    return schema.Merge(
        id=f"m{crc32(event.id.encode()):08x}{event.anonymous}",
        shopper=event.shopper,
        ts=event.ts,
        source="stream",
        state=packed,
    )


def owner_at(anonymous: State, ts: int) -> str | None:
    """Whom an anonymous shopper's event of that time belongs to, if they were recognised since."""
    owners = anonymous.owners
    if not owners or ts > owners[-1][0]:
        return None
    return owners[bisect_left(owners, (ts, ""))][1]


def forget(state: State) -> None:
    """Forget everything except whose state this is, and what recognises repetitions."""
    kept = State(
        seen=state.seen, seen_impressions=state.seen_impressions, merged=state.merged,
        reset_ms=state.reset_ms, owners=state.owners,
        log=state.log, next_offset=state.next_offset, origins=state.origins,
    )  # fmt: skip
    _become(state, kept)


def reset(state: State, ts: int) -> bool:
    """Forget everything up to `ts`, and keep what is newer as far as it can be told apart."""
    if ts <= state.reset_ms:
        return False
    newest, kept = state.last_ms, _since(state, ts)
    bag, bag_ms = keep_newer(state, ts)
    forget(state)
    state.reset_ms = ts
    if newest > ts:
        state.recents, state.buckets = kept.recents, kept.buckets
        state.bag, state.bag_ms, state.last_ms = bag, bag_ms, newest
    return True


def _since(state: State, ts: int) -> Packed:
    """The recents and buckets that are newer."""
    recents = {key: s for key, s in recents_of(state).items() if s * 1000 > ts}
    buckets = {
        key: number
        for key, number in buckets_of(state).items()
        if bucket_of(key)[1] * BUCKETS[bucket_of(key)[0]].width_ms > ts
    }
    return pack_maps(recents, (), 0, buckets, state.last_ms, len(DIMENSIONS))


def erase(state: State) -> None:
    """Leave nothing but the mark that refuses later events."""
    _become(state, State(erased=True))


def _become(state: State, other: State) -> None:
    for field in State.__struct_fields__:
        setattr(state, field, getattr(other, field))


def take_in(state: State, event: schema.Merge) -> bool:
    mark = mark_of(event.id)
    if holds(state.merged, mark) or event.ts <= state.reset_ms:
        return False
    merge(state, unpack(event.state))
    state.merged = (mark + state.merged)[:MERGED_BYTES]
    return True


def merge(state: State, other: State) -> None:
    """Add another state's features, as if its events had been this shopper's."""
    merge_times(state, other)
    merge_packed(state, other)
    merge_bags(state, other)
    both = zip_longest(state.counts, other.counts, fillvalue=0)
    state.counts = [mine + theirs for mine, theirs in both]
    state.seen = (state.seen + other.seen)[:SEEN_BYTES]
    state.seen_impressions = (state.seen_impressions + other.seen_impressions)[:SEEN_BYTES]


def merge_times(state: State, other: State) -> None:
    """Sessions that touch count as one; the later one continues."""
    session_s, last_purchase_ms = state.session_s, state.last_purchase_ms
    touching = abs(state.last_ms - other.last_ms) <= SESSION_GAP_MS
    if state.sessions and other.sessions and touching:
        state.sessions += other.sessions - 1
        session_s = min(session_s, other.session_s)
        state.session_events += other.session_events
    else:
        state.sessions += other.sessions
        if other.last_ms > state.last_ms:
            session_s, state.session_events = other.session_s, other.session_events
    same_day = last_purchase_ms // DAY_MS == other.last_purchase_ms // DAY_MS
    both = bool(state.purchase_days and other.purchase_days)
    state.purchase_days += other.purchase_days - (1 if both and same_day else 0)
    state.last_ms = max(state.last_ms, other.last_ms)
    state.note_times(session_s, max(last_purchase_ms, other.last_purchase_ms))
