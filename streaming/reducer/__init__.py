"""The reducer: a shopper's state and an event give the next state. Event time only, no I/O.

The functions take the state over and change it; a caller who needs the old one keeps a copy.
"""

from typing import Final

from streaming import events
from streaming.reducer.bag import put_in, take_out
from streaming.reducer.handover import erase, reset, take_in
from streaming.reducer.recents import remember
from streaming.reducer.rings import is_first
from streaming.reducer.tastes import WEIGHT_OF, Attributes, add_taste
from streaming.reducer.timing import count, count_in_time, in_session, note_purchase
from streaming.state import COUNTED, KINDS, Entry, State

__all__ = ["Attributes", "apply"]

# By place in COUNTED, which begins with the KINDS.
PLACE_OF: Final[dict[type[events.Event], int]] = {
    events.View: COUNTED.index("view"),
    events.Click: COUNTED.index("click"),
    events.BagAdd: COUNTED.index("bag_add"),
    events.Purchase: COUNTED.index("purchase"),
    events.BagRemove: COUNTED.index("bag_remove"),
    events.Impression: COUNTED.index("impression"),
    events.Search: COUNTED.index("search"),
}
BAG_ADD, PURCHASE = PLACE_OF[events.BagAdd], PLACE_OF[events.Purchase]
BAG_REMOVE, SEARCH = PLACE_OF[events.BagRemove], PLACE_OF[events.Search]
assert len(KINDS) - 1 == PURCHASE  # noqa: S101


def apply(state: State, event: events.Event, about: Attributes | None) -> bool:
    """Take the event into the state; False where it was there already (a repeated id).

    `about` describes the event's article; None (unknown) leaves the tastes as they are.
    """
    if state.erased:
        return False
    place = PLACE_OF.get(type(event))
    if place is None:
        return _of_shopper(state, event)
    # What happened before a fresh start is forgotten, even if it comes only now.
    if not is_first(state, event) or event.ts <= state.reset_ms:
        return False
    count(state, place)
    count_in_time(state, place, event.ts)
    in_session(state, event.ts)
    if event.ts > state.last_ms:
        state.last_ms = event.ts
    if place != SEARCH:
        _of_article(state, event, place, about)  # type: ignore[arg-type]
    return True


def _of_shopper(state: State, event: events.Event) -> bool:
    if isinstance(event, events.Merge):
        return take_in(state, event)
    if isinstance(event, events.Reset):
        return is_first(state, event) and reset(state, event.ts)
    if isinstance(event, events.Erase):
        erase(state)
        return True
    raise TypeError(f"{type(event).__name__} isn't for the reducer")


def _of_article(
    state: State, event: events.OfArticle, place: int, about: Attributes | None
) -> None:
    if place <= PURCHASE:
        remember(state.recents, Entry(event.article, place, event.ts // 1000))
        if about is not None and WEIGHT_OF[place]:
            add_taste(state, event.ts, WEIGHT_OF[place], about)
        if place == PURCHASE:
            note_purchase(state, event.ts)
    if place == BAG_ADD:
        put_in(state, event.article, event.ts)
    elif place in (PURCHASE, BAG_REMOVE):
        take_out(state, event.article, event.ts)
