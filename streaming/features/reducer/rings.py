"""A state's memory of event ids: a ring of short hashes, newest first."""

from binascii import crc32
from collections.abc import Sequence
from typing import Final

from streaming.events import schema
from streaming.features.state import State

HASH: Final = 4
SEEN_BYTES: Final = 32 * HASH
MERGED_BYTES: Final = 16 * HASH


def mark_of(name: str) -> bytes:
    return crc32(name.encode()).to_bytes(HASH, "big")


def is_first(state: State, event: schema.Event) -> bool:
    """Note the event's id; False where it was known."""
    return bool(first_ones(state, [event]))


def first_ones(state: State, together: Sequence[schema.Event]) -> list[schema.Event]:
    """Note the ids of events of one type; return those that weren't known.

    Impressions, which come in crowds, have a ring of their own.
    """
    of_impressions = type(together[0]) is schema.Impression
    ring, fresh = state.seen_impressions if of_impressions else state.seen, []
    for event in together:
        mark = mark_of(event.id)
        if ring.find(mark) < 0 or not holds(ring, mark):
            ring = (mark + ring)[:SEEN_BYTES]
            fresh.append(event)
    if of_impressions:
        state.seen_impressions = ring
    else:
        state.seen = ring
    return fresh


def holds(ring: bytes, mark: bytes) -> bool:
    at = ring.find(mark)
    while at % HASH:  # -1 % 4 is 3: the loop ends where find gives up or hits a boundary
        if at < 0:
            return False
        at = ring.find(mark, at + 1)
    return True
