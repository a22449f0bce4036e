"""The reducer: a shopper's state and an event give the next state. Event time only, no I/O.

The functions take the state over and change it; a caller who needs the old one keeps a copy.
"""

from typing import Final

from streaming.events import schema
from streaming.features.reducer.handover import erase, forget, take_in
from streaming.features.reducer.recents import put_into, remember
from streaming.features.reducer.rings import is_first
from streaming.features.reducer.tastes import WEIGHT_OF, Attributes, add_taste
from streaming.features.reducer.timing import count, count_in_time, in_session, note_purchase
from streaming.features.registry import SESSION_GAP_MS
from streaming.features.state import COUNTED, KINDS, Entry, State

__all__ = ["Attributes", "apply", "viewed_before"]

# By place in COUNTED, which begins with the KINDS.
PLACE_OF: Final[dict[type[schema.Event], int]] = {
    schema.View: COUNTED.index("view"),
    schema.Click: COUNTED.index("click"),
    schema.BagAdd: COUNTED.index("bag_add"),
    schema.Purchase: COUNTED.index("purchase"),
    schema.BagRemove: COUNTED.index("bag_remove"),
    schema.Impression: COUNTED.index("impression"),
    schema.Search: COUNTED.index("search"),
}
VIEW, BAG_ADD, PURCHASE = (PLACE_OF[kind] for kind in (schema.View, schema.BagAdd, schema.Purchase))
BAG_REMOVE, SEARCH = PLACE_OF[schema.BagRemove], PLACE_OF[schema.Search]
assert len(KINDS) - 1 == PURCHASE  # noqa: S101


def apply(state: State, event: schema.Event, about: Attributes | None) -> bool:
    """Take the event into the state; False where it was there already (a repeated id).

    `about` describes the event's article; None (unknown) leaves the tastes as they are.
    """
    if state.erased:
        return False
    place = PLACE_OF.get(type(event))
    if place is None:
        return _of_shopper(state, event)
    if not is_first(state, event):
        return False
    count(state, place)
    count_in_time(state, place, event.ts)
    in_session(state, event.ts)
    if event.ts > state.last_ms:
        state.last_ms = event.ts
    if place != SEARCH:
        _of_article(state, event, place, about)  # type: ignore[arg-type]
    return True


def _of_shopper(state: State, event: schema.Event) -> bool:
    if isinstance(event, schema.Merge):
        return take_in(state, event)
    if isinstance(event, schema.Reset):
        if is_first(state, event):
            forget(state)
            return True
        return False
    if isinstance(event, schema.Erase):
        erase(state)
        return True
    raise TypeError(f"{type(event).__name__} isn't for the reducer")


def _of_article(
    state: State, event: schema.OfArticle, place: int, about: Attributes | None
) -> None:
    if place <= PURCHASE:
        remember(state.recents, Entry(event.article, place, event.ts // 1000))
        if about is not None and WEIGHT_OF[place]:
            add_taste(state, event.ts, WEIGHT_OF[place], about)
        if place == PURCHASE:
            note_purchase(state, event.ts)
    if place == BAG_ADD:
        put_into(state.bag, event.article)
    elif place in (PURCHASE, BAG_REMOVE) and event.article in state.bag:
        state.bag.remove(event.article)


def viewed_before(state: State, event: schema.Event) -> int | None:
    """The article viewed last before this view, in the same session: a pair for the co-views."""
    if type(event) is not schema.View:
        return None
    for entry in state.recents[:4]:
        if entry.kind == VIEW and entry.article != event.article:
            gap_ms = event.ts - entry.s * 1000
            return entry.article if 0 <= gap_ms <= SESSION_GAP_MS else None
    return None
