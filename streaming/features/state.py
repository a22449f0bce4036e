"""A shopper's features: as stored (small, whole numbers, packed) and as readers see them."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from streaming.events.actions import ACTIONS, RECENT_ACTIONS, Action
from streaming.features import additions
from streaming.features.compiled.tastes import HALF_LIFE_MS
from streaming.features.older_layouts import in_todays_layout
from streaming.features.registry import BUCKETS, SESSION_GAP_MS, WINDOWS


class Attributes(NamedTuple):
    """An article's attributes that tastes are counted by."""

    garment_group: int
    product_type: int
    colour_master: int
    index_group: int
    price_level: int
    pattern: int
    department: int


DIMENSIONS: Final = Attributes._fields
# An event of weight 1 at the landmark adds this; the fraction lost in rounding is below 1 %.
UNIT: Final = 64
# Stored keys are article * KINDS + kind: another number would turn them into other articles.
KINDS: Final = 4
assert len(RECENT_ACTIONS) <= KINDS  # noqa: S101


class State(msgspec.Struct, array_like=True, gc=False):
    """What Redis holds for one shopper.

    `recents` holds when (seconds of event time) each article was last viewed, bought and so on, the
    newest at the end, see recent_key; packed, see recents_of.
    `tastes`, packed, see tastes_of, hold for each of DIMENSIONS the weight of values as seen from
    `landmark`: an event adds weight · UNIT · 2^(t − landmark), both in half-lives since 1970, so
    that nothing has to be rewritten as time goes by (forward decay: Cormode, Shkapenyuk,
    Srivastava, Xu, ICDE 2009).
    `seen` and `seen_impressions` are rings of four-byte hashes of the last event ids, `merged` the
    hashes of the merges taken in: what comes a second time changes nothing.
    The session's length and the age of the newest purchase are as of `last_ms`, as distances are
    shorter than moments.
    `buckets` counts by time, packed, see buckets_of and bucket_key. An `erased` shopper's state
    holds nothing else, and nothing that comes later changes it.
    `bag_ms` holds when each article last came into the bag or left it: of what left, for as long as
    something late may come. `owners` are the customers that an anonymous shopper turned out to be,
    and until when. `next_offset` and `origins` are of the topic with the tag `log`: how far its
    partition, and those that passed events on to it, were taken in. See `takes`.
    """

    last_ms: int = 0
    landmark: int = 0
    bag: list[int] = []
    recents: bytes = b""
    counts: list[int] = []
    tastes: bytes = b""
    seen: bytes = b""
    seen_impressions: bytes = b""
    merged: bytes = b""
    buckets: bytes = b""
    sessions: int = 0
    session_length_s: int = 0
    session_events: int = 0
    purchase_age_ms: int = 0
    purchase_days: int = 0
    erased: bool = False
    bag_ms: dict[int, int] = {}
    reset_ms: int = 0
    owners: list[tuple[int, str]] = []
    log: int = 0
    next_offset: int = 0
    origins: dict[int, int] = {}

    @property
    def session_s(self) -> int:
        """When the current session began; 0 without one."""
        return self.last_ms // 1000 - self.session_length_s if self.sessions else 0

    @property
    def last_purchase_ms(self) -> int:
        return self.last_ms - self.purchase_age_ms if self.purchase_days else 0

    def note_times(self, session_s: int, last_purchase_ms: int) -> None:
        """The inverse of both, once everything that they follow from is known."""
        self.session_length_s = self.last_ms // 1000 - session_s if self.sessions else 0
        self.purchase_age_ms = self.last_ms - last_purchase_ms if self.purchase_days else 0

    def takes(self, log: int, offset: int, origin: tuple[int, int] | None) -> bool:
        """Note a place of the log; False where it was taken before. An erased state takes
        nothing."""
        if self.erased:
            return False
        if self.log != log:
            self.log, self.next_offset, self.origins = log, 0, {}
        if offset < self.next_offset:
            return False
        if origin is not None:
            partition, at = origin
            if at < self.origins.get(partition, 0):
                return False
            self.origins[partition] = at + 1
        self.next_offset = offset + 1
        return True

    def is_read_again(self, offset: int) -> bool:
        """Whether `takes` was False because the place itself was taken before, not a copy of its
        event."""
        return not self.erased and offset < self.next_offset


# Fields that say where a state comes from, and nothing about its shopper.
BOOKKEEPING: Final = ("log", "next_offset", "origins")


class Recent(msgspec.Struct, frozen=True, gc=False):
    """`kind` is one of RECENT_ACTIONS; `ts` is event time in ms (whole seconds)."""

    article: int
    kind: Action
    ts: int


class ShopperState(msgspec.Struct, frozen=True):
    """A shopper's features at one moment; all times are event time in ms, 0 for never.

    `affinities` holds decayed weights by dimension; `windows` numbers by window (1h, 24h, 7d, 30d)
    and type of event; `session_start` and `session_events` are of the current session, if there is
    one; `purchase_days` counts the days with a purchase.
    """

    recents: list[Recent] = []
    bag: list[int] = []
    affinities: dict[str, dict[int, float]] = {}
    counts: dict[Action, int] = {}
    last_seen: int = 0
    windows: dict[str, dict[Action, int]] = {}
    sessions: int = 0
    session_start: int = 0
    session_events: int = 0
    last_purchase: int = 0
    purchase_days: int = 0


UNREADABLE: Final = (
    "the shopper's state in Redis can't be read: newer code wrote it, or none of ours. Deleted, and"
    " with `manage.py stream_positions reread` for its partition, it is made again from the log"
)
_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[State] = msgspec.msgpack.Decoder(State)


def pack(state: State) -> bytes:
    return _encoder.encode(state)


ERASED: Final = pack(State(erased=True))


class UnreadableStateError(Exception):
    """A state in a layout that this code doesn't know; it is left unchanged."""


NOT_READABLE: Final = (
    msgspec.DecodeError, LookupError, TypeError, ValueError, AttributeError, OverflowError,
)  # fmt: skip


def unpack(value: bytes | None) -> State:
    """An absent value gives an empty state; raise UnreadableStateError."""
    state = read(value)
    try:
        additions.check(state.recents, state.tastes, state.buckets, len(DIMENSIONS))
    except ValueError as error:
        raise UnreadableStateError(UNREADABLE) from error
    return state


def read(value: bytes | None) -> State:
    """As `unpack`, but what is packed within the state is checked when it is used: ValueError."""
    if value is None:
        return State()
    try:
        return _decoder.decode(value)
    except msgspec.DecodeError:
        return _of_older_layout(value)


def _of_older_layout(value: bytes) -> State:
    try:
        return msgspec.convert(in_todays_layout(value, KINDS, len(DIMENSIONS)), State)
    except NOT_READABLE as error:
        raise UnreadableStateError(UNREADABLE) from error


def view(state: State, now_ms: int) -> ShopperState:
    """The features as of `now_ms`."""
    return ShopperState(
        recents=recents(state),
        bag=list(state.bag),
        affinities=_affinities(state, now_ms),
        counts={name: n for name, n in zip(ACTIONS, state.counts, strict=False) if n},
        last_seen=state.last_ms,
        windows=_windows(state, now_ms),
        sessions=state.sessions,
        session_start=state.session_s * 1000 if _goes_on(state, now_ms) else 0,
        session_events=state.session_events if _goes_on(state, now_ms) else 0,
        last_purchase=state.last_purchase_ms,
        purchase_days=state.purchase_days,
    )


def recents(state: State) -> list[Recent]:
    return [
        Recent(key // KINDS, RECENT_ACTIONS[key % KINDS], s * 1000)
        for key, s in reversed(recents_of(state).items())
    ]


def recents_of(state: State) -> dict[int, int]:
    """When (seconds) each recent_key was last seen, the newest at the end."""
    return additions.recents_of(state.recents)


def packed_recents(recents: Mapping[int, int]) -> bytes:
    """The inverse of `recents_of`."""
    return additions.pack(recents, (), 0, {}, 0, len(DIMENSIONS)).recents


def packed_tastes(tastes: Sequence[Mapping[int, int]]) -> bytes:
    """The inverse of `tastes_of`, for any landmark."""
    return additions.pack({}, tastes, 0, {}, 0, len(DIMENSIONS)).tastes


def tastes_of(state: State) -> list[dict[int, int]]:
    """The weight of each value, by dimension."""
    return additions.tastes_of(state.tastes, len(DIMENSIONS))


def recent_key(article: int, kind: int) -> int:
    """`kind` is the code of one of RECENT_ACTIONS."""
    return article * KINDS + kind


def _goes_on(state: State, now_ms: int) -> bool:
    return now_ms - state.last_ms <= SESSION_GAP_MS


def buckets_of(state: State) -> dict[int, int]:
    """The number of events by bucket_key."""
    return additions.buckets_of(state.buckets)


def bucket_key(resolution: int, bucket: int, place: int) -> int:
    """`bucket` is time in widths of BUCKETS[resolution], `place` the code of an Action."""
    return (bucket * len(BUCKETS) + resolution) * 8 + place


def bucket_of(key: int) -> tuple[int, int, int]:
    """The inverse of bucket_key: resolution, bucket, place."""
    bucket, resolution = divmod(key >> 3, len(BUCKETS))
    return resolution, bucket, key & 7


def _windows(state: State, now_ms: int) -> dict[str, dict[Action, int]]:
    """Each window ends with the bucket of `now_ms`; later ones (after a clock was set back) don't
    count."""
    if not state.buckets:
        return {}
    found: dict[str, dict[Action, int]] = {name: {} for name in WINDOWS}
    for key, number in buckets_of(state).items():
        resolution, bucket, place = bucket_of(key)
        age = now_ms // BUCKETS[resolution].width_ms - bucket
        for name, (of, length) in WINDOWS.items():
            if of == resolution and 0 <= age < length:
                counts = found[name]
                counts[ACTIONS[place]] = counts.get(ACTIONS[place], 0) + number
    return found


def _affinities(state: State, now_ms: int) -> dict[str, dict[int, float]]:
    if not state.tastes:
        return {}
    # No overflow with a clock far behind the events.
    scale = 2.0 ** min(state.landmark - now_ms / HALF_LIFE_MS, 60.0) / UNIT
    return {
        name: {value: weight * scale for value, weight in taste.items()}
        for name, taste in zip(DIMENSIONS, tastes_of(state), strict=True)
    }
