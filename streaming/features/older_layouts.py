"""States as earlier versions packed them; Merge events in the log hold such states too.

Moments were absolute, and each of the packed recents had its time. Before, `recents`, `tastes` and
`buckets` were maps; before that, `recents` were a list of (article, kind, second), the newest
first.
"""

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import msgspec

from streaming.features import additions
from streaming.features.compiled.tastes import HALF_LIFE_MS


def in_todays_layout(value: bytes, kinds: int, dimensions: int) -> list[Any]:
    """The fields of a state; what can't be read raises one of many errors."""
    (
        last_ms, landmark_ms, recents, bag, counts, tastes, seen, impressions, merged, buckets,
        sessions, session_s, session_events, last_purchase_ms, purchase_days, *more,
    ) = msgspec.msgpack.decode(value)  # fmt: skip
    packed = additions.pack(
        _recents(recents, kinds),
        tastes if isinstance(tastes, list) else additions.tastes_of(tastes, dimensions),
        landmark_ms,
        buckets if isinstance(buckets, dict) else additions.buckets_of(buckets),
        last_ms,
        dimensions,
    )
    session_length_s = last_ms // 1000 - session_s if sessions else 0
    purchase_age_ms = last_ms - last_purchase_ms if purchase_days else 0
    return [
        last_ms, landmark_ms // HALF_LIFE_MS, bag, packed.recents, counts, packed.tastes,
        seen, impressions, merged, packed.buckets, sessions, session_length_s, session_events,
        purchase_age_ms, purchase_days, *more,
    ]  # fmt: skip


def _recents(recents: Any, kinds: int) -> dict[int, int]:
    if isinstance(recents, list):
        return {article * kinds + kind: second for article, kind, second in reversed(recents)}
    if isinstance(recents, bytes):
        numbers = list(_numbers(recents))
        return dict(zip(numbers[::2], accumulate(numbers[1::2]), strict=True))
    found: dict[int, int] = recents
    return found


def _numbers(packed: bytes) -> Iterator[int]:
    """LEB128, as in compiled.leb128."""
    number = shift = 0
    for byte in packed:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0
