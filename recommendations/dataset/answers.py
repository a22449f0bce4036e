"""What shoppers saw on the shelf "for you", and what came of it, from the log of events. Pure.

An answer's features may use only what was known when it was given: what the shopper had done before
the first event that names it. Its own clicks, and all that came after them, are outcomes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from recommendations.attribution import rec_id
from recommendations.attribution.crediting import WINDOW_MS
from streaming.events.actions import Action
from streaming.events.schema import (
    BagAdd,
    Click,
    Erase,
    Event,
    Identify,
    Impression,
    OfArticle,
    Purchase,
    Reset,
    key_of,
)
from streaming.features import reducer
from streaming.features.reducer.handover import hand_over
from streaming.features.registry import AFFINITY_WEIGHTS
from streaming.features.state import Recent, State, UnreadableStateError, recents

FOR_YOU: Final = "for-you"
# What an outcome is worth: a click on a card is the view that it leads to.
WORTH: Final[Mapping[type[OfArticle], int]] = {
    Impression: 0,
    Click: AFFINITY_WEIGHTS[Action.VIEW],
    BagAdd: AFFINITY_WEIGHTS[Action.BAG_ADD],
    Purchase: AFFINITY_WEIGHTS[Action.PURCHASE],
}
SHOWN: Final = (Impression, Click, BagAdd)


@dataclass
class Card:
    """`position` counts from 1; `worth` is that of the best outcome, `touched` when (ms) it was
    clicked or put into the bag last, None if never."""

    position: int
    worth: int = 0
    touched: int | None = None


@dataclass
class Answer:
    """A shelf that came into view at `ts` (event time, ms), its cards by article, and the shopper's
    actions before it, newest first."""

    shopper: str
    ts: int
    recents: list[Recent]
    cards: dict[int, Card] = field(default_factory=dict)


def is_shown(event: Event) -> bool:
    """Whether the event is of a card on the shelf, at a known position."""
    return (
        isinstance(event, SHOWN)
        and event.widget == FOR_YOU
        and bool(event.position)
        and event.rec_id is not None
        and rec_id.read(event.rec_id) is not None
    )


def answers_of(events: Iterable[Event]) -> list[Answer]:
    """The answers in the order of their time; events come in the order of the log for each shopper.

    Shoppers who were erased or reset have none from before. A purchase counts for the cards that
    its buyer, under the customer's name or before signing in, touched within WINDOW_MS before it.
    """
    reading = Reading()
    for event in events:
        reading.take(event)
    return reading.answers()


@dataclass
class Reading:
    """What the events so far tell; `owners` are the customers that anonymous shoppers became."""

    found: dict[tuple[str, str], Answer] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=lambda: defaultdict(State))
    bought: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    owners: dict[str, str] = field(default_factory=dict)
    additions: reducer.Additions = field(default_factory=reducer.Additions)

    def take(self, event: Event) -> None:
        if isinstance(event, OfArticle) and is_shown(event):
            self._note(event)
        if isinstance(event, Purchase):
            self.bought[event.shopper, event.article].append(event.ts)
        if isinstance(event, Erase | Reset):
            gone = [key for key, own in self.found.items() if event.shopper in self._names(own)]
            for key in gone:
                del self.found[key]
        if isinstance(event, Identify):
            self.owners[event.anonymous] = event.shopper
            hand_over(self.states[event.anonymous], event)
        else:
            # What the stream couldn't take in either is a dead letter.
            with suppress(UnreadableStateError):
                reducer.apply(self.states[key_of(event)], [event], {}, self.additions)
            self.additions.settle()  # the next event may be another shopper's

    def answers(self) -> list[Answer]:
        for answer in self.found.values():
            self._credit(answer)
        return sorted(self.found.values(), key=lambda own: own.ts)

    def _note(self, event: OfArticle) -> None:
        """Before the event is taken into the shopper's state."""
        key = (event.shopper, event.rec_id or "")
        if key not in self.found:
            before = recents(self.states[event.shopper])
            self.found[key] = Answer(event.shopper, event.ts, before)
        card = self.found[key].cards.setdefault(event.article, Card(event.position or 0))
        card.worth = max(card.worth, WORTH[type(event)])
        if not isinstance(event, Impression):
            card.touched = event.ts

    def _names(self, answer: Answer) -> tuple[str, str]:
        return answer.shopper, self.owners.get(answer.shopper, answer.shopper)

    def _credit(self, answer: Answer) -> None:
        for article, card in answer.cards.items():
            times = self.bought.get((self._names(answer)[1], article), ())
            touched = card.touched
            if touched is not None and any(0 <= ts - touched <= WINDOW_MS for ts in times):
                card.worth = WORTH[Purchase]
