"""The reducer: a shopper's state and an event give the next state. Event time only, no I/O.

The functions take the state over and change it; a caller who needs the old one keeps a copy.
"""

from binascii import crc32
from operator import neg
from typing import Final, NamedTuple

from streaming import events
from streaming.features import (
    AFFINITIES,
    AFFINITY_WEIGHTS,
    BAG,
    BUCKETS,
    DAY_MS,
    RECENTS,
    SESSION_GAP_MS,
)
from streaming.state import (
    COUNTED,
    DIMENSIONS,
    KINDS,
    UNIT,
    Entry,
    State,
    pack,
    unpack,
)

HALF_LIFE_MS: Final = AFFINITIES.half_life_ms or 1
# The landmark moves on when weights have grown by 2 to this: they then take three bytes packed.
MAX_EXPONENT: Final = 8
HASH: Final = 4
FINEST_MS: Final = BUCKETS[0].width_ms
RESOLUTIONS: Final = len(BUCKETS)
SEEN_BYTES: Final = 32 * HASH
MERGED_BYTES: Final = 16 * HASH

KIND_OF: Final = {name: place for place, name in enumerate(KINDS)}
COUNT_OF: Final[dict[type[events.Event], int]] = {
    events.View: COUNTED.index("view"),
    events.Click: COUNTED.index("click"),
    events.BagAdd: COUNTED.index("bag_add"),
    events.Purchase: COUNTED.index("purchase"),
    events.BagRemove: COUNTED.index("bag_remove"),
    events.Impression: COUNTED.index("impression"),
    events.Search: COUNTED.index("search"),
}
VIEW, BAG_ADD, PURCHASE = KIND_OF["view"], KIND_OF["bag_add"], KIND_OF["purchase"]
BAG_REMOVE, SEARCH = COUNTED.index("bag_remove"), COUNTED.index("search")
assert max(KIND_OF.values()) == PURCHASE  # noqa: S101
WEIGHT_OF: Final = [AFFINITY_WEIGHTS[kind] for kind in KINDS]


class Attributes(NamedTuple):
    """What of an article becomes a taste; the order is that of state.DIMENSIONS."""

    garment_group: int
    product_type: int
    colour_master: int
    index_group: int
    price_level: int
    pattern: int
    department: int


assert Attributes._fields == DIMENSIONS  # noqa: S101


def apply(state: State, event: events.Event, about: Attributes | None) -> bool:
    """Take the event into the state; False where it was there already (a repeated id).

    `about` describes the event's article; None (unknown) leaves the tastes as they are.
    """
    if state.erased:
        return False
    place = COUNT_OF.get(type(event))
    if place is None:
        return _of_shopper(state, event)
    if not _is_first(state, event):
        return False
    _count(state, place)
    _count_in_time(state, place, event.ts)
    _in_session(state, event.ts)
    if event.ts > state.last_ms:
        state.last_ms = event.ts
    if place != SEARCH:
        _of_article(state, event, place, about)  # type: ignore[arg-type]
    return True


def _of_shopper(state: State, event: events.Event) -> bool:
    if isinstance(event, events.Merge):
        return _take_in(state, event)
    if isinstance(event, events.Erase):
        erase(state)
        return True
    raise TypeError(f"{type(event).__name__} isn't for the reducer")


def _of_article(
    state: State, event: events.OfArticle, place: int, about: Attributes | None
) -> None:
    if place <= PURCHASE:
        _remember(state.recents, Entry(event.article, place, event.ts // 1000))
        if about is not None and WEIGHT_OF[place]:
            _add_taste(state, event.ts, WEIGHT_OF[place], about)
        if place == PURCHASE:
            _note_purchase(state, event.ts)
    if place == BAG_ADD:
        _put_into(state.bag, event.article)
    elif place in (PURCHASE, BAG_REMOVE) and event.article in state.bag:
        state.bag.remove(event.article)


def _is_first(state: State, event: events.Event) -> bool:
    """Note the event's id; impressions, which come in crowds, in a ring of their own."""
    mark = crc32(event.id.encode()).to_bytes(HASH, "big")
    if type(event) is events.Impression:
        if _holds(state.seen_impressions, mark):
            return False
        state.seen_impressions = (mark + state.seen_impressions)[:SEEN_BYTES]
    else:
        if _holds(state.seen, mark):
            return False
        state.seen = (mark + state.seen)[:SEEN_BYTES]
    return True


def _holds(ring: bytes, mark: bytes) -> bool:
    at = ring.find(mark)
    while at % HASH:  # -1 % 4 is 3: the loop ends where find gives up or hits a boundary
        if at < 0:
            return False
        at = ring.find(mark, at + 1)
    return True


def _count(state: State, place: int) -> None:
    counts = state.counts
    if len(counts) <= place:
        counts.extend([0] * (place + 1 - len(counts)))
    counts[place] += 1


def _count_in_time(state: State, place: int, ts: int) -> None:
    """Add to the bucket of each width that still counts; as time goes on, old ones go."""
    newest, buckets = max(state.last_ms, ts), state.buckets
    if buckets and newest // FINEST_MS > state.last_ms // FINEST_MS:
        buckets = _drop_old(state, newest)
    for resolution, (width, kept) in enumerate(BUCKETS):
        bucket = ts // width
        if newest == ts or newest // width - bucket < kept:
            key = (bucket * RESOLUTIONS + resolution) * 8 + place  # state.bucket_key
            buckets[key] = buckets.get(key, 0) + 1


def _drop_old(state: State, newest: int) -> dict[int, int]:
    oldest = [newest // width - kept for width, kept in BUCKETS]
    state.buckets = {
        key: number
        for key, number in state.buckets.items()
        if (key >> 3) // RESOLUTIONS > oldest[(key >> 3) % RESOLUTIONS]  # state.bucket_of
    }
    return state.buckets


def _in_session(state: State, ts: int) -> None:
    if not state.sessions or ts - state.last_ms > SESSION_GAP_MS:
        state.sessions += 1
        state.session_s, state.session_events = ts // 1000, 0
    state.session_events += 1


def _note_purchase(state: State, ts: int) -> None:
    if ts // DAY_MS > state.last_purchase_ms // DAY_MS:
        state.purchase_days += 1
    state.last_purchase_ms = max(state.last_purchase_ms, ts)


def viewed_before(state: State, event: events.Event) -> int | None:
    """The article viewed last before this view, in the same session: a pair for the co-views."""
    if type(event) is not events.View:
        return None
    for entry in state.recents[:4]:
        if entry.kind == VIEW and entry.article != event.article:
            gap_ms = event.ts - entry.s * 1000
            return entry.article if 0 <= gap_ms <= SESSION_GAP_MS else None
    return None


def _remember(recents: list[Entry], entry: Entry) -> None:
    """Newest first, each (article, kind) once; what is older never replaces what is newer."""
    for at, known in enumerate(recents):
        if known.article == entry.article and known.kind == entry.kind:
            if known.s > entry.s:
                return
            del recents[at]
            break
    at = 0
    while at < len(recents) and recents[at].s > entry.s:
        at += 1
    recents.insert(at, entry)
    del recents[RECENTS.bound :]


def _put_into(bag: list[int], article: int) -> None:
    if article not in bag:
        bag.insert(0, article)
        del bag[BAG.bound :]


def _add_taste(state: State, ts: int, weight: int, about: Attributes) -> None:
    if not state.tastes:
        state.landmark_ms = ts
    if len(state.tastes) < len(DIMENSIONS):
        _complete(state.tastes)
    exponent = (ts - state.landmark_ms) / HALF_LIFE_MS
    if exponent > MAX_EXPONENT:
        _move_landmark(state, int(exponent))
        exponent -= int(exponent)
    amount = round(weight * UNIT * 2.0**exponent)
    if amount:
        for taste, value in zip(state.tastes, about, strict=True):
            if value in taste:  # mostly, and worth no call
                taste[value] += amount
            else:
                _add(taste, value, amount)


def _complete(tastes: list[dict[int, int]]) -> None:
    """A state of before a dimension was added lacks it."""
    tastes.extend({} for _ in range(len(DIMENSIONS) - len(tastes)))


def _add(taste: dict[int, int], value: int, amount: int) -> None:
    if value in taste:
        taste[value] += amount
        return
    taste[value] = amount
    if len(taste) > AFFINITIES.bound:
        _, least = min(zip(taste.values(), map(neg, taste), strict=True))
        del taste[-least]


def _move_landmark(state: State, half_lives: int) -> None:
    state.landmark_ms += half_lives * HALF_LIFE_MS
    state.tastes = [
        {value: weight >> half_lives for value, weight in taste.items() if weight >> half_lives}
        for taste in state.tastes
    ]


def hand_over(anonymous: State, event: events.Identify) -> events.Merge | None:
    """Empty an anonymous shopper's state into the event that carries it to their customer.

    The event's id follows from the Identify's, so that making it again after a crash changes
    nothing; the emptied state remembers the Identify, so that its repetition hands over nothing.
    """
    if anonymous.erased or not _is_first(anonymous, event):
        return None
    packed, known = pack(anonymous), anonymous.last_ms > 0
    forget(anonymous)
    if not known:
        return None
    return events.Merge(
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


def _take_in(state: State, event: events.Merge) -> bool:
    mark = crc32(event.id.encode()).to_bytes(HASH, "big")
    if _holds(state.merged, mark):
        return False
    merge(state, unpack(event.state))
    state.merged = (mark + state.merged)[:MERGED_BYTES]
    return True


def merge(state: State, other: State) -> None:
    """Add another state's features, as if its events had been this shopper's."""
    _merge_times(state, other)
    for entry in reversed(other.recents):
        _remember(state.recents, entry)
    for article in reversed(other.bag):
        _put_into(state.bag, article)
    for place, number in enumerate(other.counts):
        _count(state, place)
        state.counts[place] += number - 1
    if other.tastes:
        _merge_tastes(state, other)
    state.seen = (state.seen + other.seen)[:SEEN_BYTES]
    state.seen_impressions = (state.seen_impressions + other.seen_impressions)[:SEEN_BYTES]


def _merge_times(state: State, other: State) -> None:
    """Sessions that touch count as one; the later one goes on."""
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


def _merge_tastes(state: State, other: State) -> None:
    if not state.tastes:
        state.tastes, state.landmark_ms = [dict(t) for t in other.tastes], other.landmark_ms
        return
    exponent = (other.landmark_ms - state.landmark_ms) / HALF_LIFE_MS
    if exponent > MAX_EXPONENT:
        _move_landmark(state, int(exponent))
        exponent -= int(exponent)
    _complete(state.tastes)
    for mine, theirs in zip(state.tastes, other.tastes, strict=False):
        for value, weight in theirs.items():
            if amount := round(weight * 2.0**exponent):
                _add(mine, value, amount)
