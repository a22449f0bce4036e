"""What a shopper's state remembers of event ids: a ring of short hashes, newest first."""

from binascii import crc32
from typing import Final

from streaming.events import schema
from streaming.features.state import State

HASH: Final = 4
SEEN_BYTES: Final = 32 * HASH
MERGED_BYTES: Final = 16 * HASH


def mark_of(name: str) -> bytes:
    return crc32(name.encode()).to_bytes(HASH, "big")


def is_first(state: State, event: schema.Event) -> bool:
    """Note the event's id; impressions, which come in crowds, in a ring of their own."""
    mark = mark_of(event.id)
    if type(event) is schema.Impression:
        if holds(state.seen_impressions, mark):
            return False
        state.seen_impressions = (mark + state.seen_impressions)[:SEEN_BYTES]
    else:
        if holds(state.seen, mark):
            return False
        state.seen = (mark + state.seen)[:SEEN_BYTES]
    return True


def holds(ring: bytes, mark: bytes) -> bool:
    at = ring.find(mark)
    while at % HASH:  # -1 % 4 is 3: the loop ends where find gives up or hits a boundary
        if at < 0:
            return False
        at = ring.find(mark, at + 1)
    return True
