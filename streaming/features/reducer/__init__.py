"""The reducer: a shopper's state and an event give the next state. Event time only, no I/O.

The functions take the state over and change it; a caller who needs the old one keeps a copy.
"""

from typing import Final

from streaming.events import schema
from streaming.events.actions import Action
from streaming.features.reducer.bag import put_in, take_out
from streaming.features.reducer.handover import erase, reset, take_in
from streaming.features.reducer.recents import remember
from streaming.features.reducer.rings import is_first
from streaming.features.reducer.tastes import WEIGHT_OF, Attributes, add_taste
from streaming.features.reducer.timing import count, count_in_time, in_session, note_purchase
from streaming.features.state import Entry, State

__all__ = ["Attributes", "apply"]

# The code of each event's action: up to PURCHASE they are RECENT_ACTIONS.
PLACE_OF: Final[dict[type[schema.Event], int]] = {
    schema.View: Action.VIEW.code,
    schema.Click: Action.CLICK.code,
    schema.BagAdd: Action.BAG_ADD.code,
    schema.Purchase: Action.PURCHASE.code,
    schema.BagRemove: Action.BAG_REMOVE.code,
    schema.Impression: Action.IMPRESSION.code,
    schema.Search: Action.SEARCH.code,
}
BAG_ADD, PURCHASE = PLACE_OF[schema.BagAdd], PLACE_OF[schema.Purchase]
BAG_REMOVE, SEARCH = PLACE_OF[schema.BagRemove], PLACE_OF[schema.Search]


def apply(state: State, event: schema.Event, about: Attributes | None) -> bool:
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


def _of_shopper(state: State, event: schema.Event) -> bool:
    if isinstance(event, schema.Merge):
        return take_in(state, event)
    if isinstance(event, schema.Reset):
        return is_first(state, event) and reset(state, event.ts)
    if isinstance(event, schema.Erase):
        erase(state)
        return True
    raise TypeError(f"{type(event).__name__} is not handled by the reducer")


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
        put_in(state, event.article, event.ts)
    elif place == BAG_REMOVE or (place == PURCHASE and _may_be_added_late(state, event)):
        take_out(state, event.article, event.ts)


def _may_be_added_late(state: State, event: schema.OfArticle) -> bool:
    """History comes in order: what it bought needs no remembering for the bag's sake."""
    return event.source != "replay" or event.article in state.bag
