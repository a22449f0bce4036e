"""The reducer computes a shopper's next state from their state and events. Event time only, no I/O.

The functions change the state they are given; a caller who needs the old one keeps a copy.
"""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from streaming.events import schema
from streaming.events.actions import RECENT_ACTIONS, Action
from streaming.features.additions import Addition
from streaming.features.reducer.bag import put_in, take_out
from streaming.features.reducer.handover import erase, reset, take_in
from streaming.features.reducer.rings import first_ones, is_first
from streaming.features.reducer.waiting import Additions, of_event
from streaming.features.registry import AFFINITY_WEIGHTS
from streaming.features.state import UNIT, Attributes, State, recent_key

__all__ = ["Additions", "apply"]

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
# In units, by the code of an action.
WEIGHT_OF: Final = [AFFINITY_WEIGHTS[action] * UNIT for action in RECENT_ACTIONS]
BAG_REMOVE, SEARCH = PLACE_OF[schema.BagRemove], PLACE_OF[schema.Search]


def apply(
    state: State,
    together: Sequence[schema.Event],
    articles: Mapping[int, Attributes],
    additions: Additions,
) -> Sequence[schema.Event]:
    """Apply events of one type and moment, as if each came by itself; return those that are new.
    What they add to the state may wait in `additions`.

    Together, since a basket's purchases share their moment: what depends on it is computed once.
    """
    if state.erased:
        return ()
    first = together[0]
    place = PLACE_OF.get(type(first))
    if place is None:
        additions.settle()
        return [event for event in together if _of_shopper(state, event)]
    fresh = first_ones(state, together)
    # What happened before a fresh start is forgotten, even if it comes only now.
    if not fresh or first.ts <= state.reset_ms:
        return ()
    if place == SEARCH:
        additions.add(state, [of_event(first.ts, place)] * len(fresh))
    else:
        of_articles = cast("Sequence[schema.OfArticle]", fresh)
        additions.add(state, _additions(of_articles, place, articles))
        _change_bag(state, of_articles, place)
    state.last_ms = max(state.last_ms, first.ts)
    return fresh


def _of_shopper(state: State, event: schema.Event) -> bool:
    if isinstance(event, schema.Merge):
        return take_in(state, event)
    if isinstance(event, schema.Reset):
        return is_first(state, event) and reset(state, event.ts)
    if isinstance(event, schema.Erase):
        erase(state)
        return True
    raise TypeError(f"{type(event).__name__} is not handled by the reducer")


def _additions(
    fresh: Sequence[schema.OfArticle], place: int, articles: Mapping[int, Attributes]
) -> list[Addition]:
    ts = fresh[0].ts
    if place > PURCHASE:
        return [of_event(ts, place)] * len(fresh)
    weight = WEIGHT_OF[place]
    return [
        of_event(ts, place, recent_key(event.article, place), weight, articles.get(event.article))
        for event in fresh
    ]


def _change_bag(state: State, fresh: Sequence[schema.OfArticle], place: int) -> None:
    if place == BAG_ADD:
        for event in fresh:
            put_in(state, event.article, event.ts)
    elif place in (BAG_REMOVE, PURCHASE):
        for event in fresh:
            if place == BAG_REMOVE or _may_be_added_late(state, event):
                take_out(state, event.article, event.ts)


def _may_be_added_late(state: State, event: schema.OfArticle) -> bool:
    """History comes in order: its purchases needn't be remembered against late bag events."""
    return event.source != "replay" or event.article in state.bag
