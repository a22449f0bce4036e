"""One shopper's counts, windows, sessions and days of purchase."""

from typing import Final

from streaming.events.actions import Action
from streaming.events.spans import DAY_MS
from streaming.features.registry import BUCKETS, SESSION_GAP_MS
from streaming.features.state import State, bucket_key

FINEST_MS: Final = BUCKETS[0].width_ms
RESOLUTIONS: Final = len(BUCKETS)
DAILY: Final = next(n for n, bucket in enumerate(BUCKETS) if bucket.width_ms == DAY_MS)
PURCHASE: Final = Action.PURCHASE.code


def count(state: State, place: int, number: int) -> None:
    counts = state.counts
    if len(counts) <= place:
        counts.extend([0] * (place + 1 - len(counts)))
    counts[place] += number


def count_in_time(state: State, place: int, ts: int, number: int) -> None:
    """Add to the bucket of each width that still counts, and drop those that no longer do."""
    newest, buckets = max(state.last_ms, ts), state.buckets
    if buckets and newest // FINEST_MS > state.last_ms // FINEST_MS:
        buckets = _drop_old(state, newest)
    for resolution, (width, kept) in enumerate(BUCKETS):
        bucket = ts // width
        if newest == ts or newest // width - bucket < kept:
            key = (bucket * RESOLUTIONS + resolution) * 8 + place  # state.bucket_key
            buckets[key] = buckets.get(key, 0) + number


def _drop_old(state: State, newest: int) -> dict[int, int]:
    if newest // DAY_MS - state.last_ms // DAY_MS >= BUCKETS[DAILY].kept:
        state.buckets = {}
        return state.buckets
    # By resolution, the smallest state.bucket_key that still counts.
    least = [
        ((newest // width - kept + 1) * RESOLUTIONS + resolution) * 8
        for resolution, (width, kept) in enumerate(BUCKETS)
    ]
    state.buckets = {
        key: number
        for key, number in state.buckets.items()
        if key >= least[(key >> 3) % RESOLUTIONS]
    }
    return state.buckets


def in_session(state: State, ts: int, number: int) -> None:
    """A late event belongs to an earlier session, unless it touches the current one."""
    if ts < state.last_ms and state.session_s * 1000 - ts > SESSION_GAP_MS:
        return
    if not state.sessions or ts - state.last_ms > SESSION_GAP_MS:
        state.sessions += 1
        state.session_s, state.session_events = ts // 1000, 0
    if ts < state.session_s * 1000:
        state.session_s = ts // 1000
    state.session_events += number


def note_purchases(state: State, ts: int, number: int) -> None:
    """Call after the windows were updated: a day's first purchase counts the day, late ones for 30
    days."""
    if ts // DAY_MS > state.last_purchase_ms // DAY_MS or _of_day(state, ts) == number:
        state.purchase_days += 1
    state.last_purchase_ms = max(state.last_purchase_ms, ts)


def _of_day(state: State, ts: int) -> int:
    return state.buckets.get(bucket_key(DAILY, ts // DAY_MS, PURCHASE), 0)


def merge_times(state: State, other: State) -> None:
    """Sessions that touch count as one; the later one continues."""
    touching = abs(state.last_ms - other.last_ms) <= SESSION_GAP_MS
    if state.sessions and other.sessions and touching:
        state.sessions += other.sessions - 1
        state.session_s = min(state.session_s, other.session_s)
        state.session_events += other.session_events
    else:
        state.sessions += other.sessions
        if other.last_ms > state.last_ms:
            state.session_s, state.session_events = other.session_s, other.session_events
    same_day = state.last_purchase_ms // DAY_MS == other.last_purchase_ms // DAY_MS
    both = bool(state.purchase_days and other.purchase_days)
    state.purchase_days += other.purchase_days - (1 if both and same_day else 0)
    state.last_purchase_ms = max(state.last_purchase_ms, other.last_purchase_ms)
    state.last_ms = max(state.last_ms, other.last_ms)
    for key, number in other.buckets.items():
        state.buckets[key] = state.buckets.get(key, 0) + number
    _drop_old(state, state.last_ms)
