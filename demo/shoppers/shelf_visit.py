"""A visit to one kind of shelf through the API: many times cheaper than whole pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from demo.shoppers import choice
from demo.shoppers.browser import Card, Shelf
from demo.shoppers.choice import ShopperModel
from demo.shoppers.shopper import Visit
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.recommenders import RECOMMENDERS
from streaming.events.actions import Action
from web.json_types import Json

OUTFIT: Final = "outfit"
LOOKS: Final = 8
DRAWS: Final = 20


@dataclass
class ShelfVisit(Visit):
    """Requests the shelf, looks, and sends impressions and clicks, LOOKS times: visits of equal
    length distinguish strategies with fewer shoppers. A shelf about an article is requested for one
    that the shopper would buy, as if it were in the bag. After a share `finds` of the looks, an
    article is opened that no shelf led to, as after a search, drawn as similar shoppers buy.
    `later` is the state of mind from halfway on, if it changes."""

    kind: str = "for-you"
    finds: float = 0.0
    later: ShopperModel | None = None

    async def run(self, customer: int | None) -> None:
        """Raises ShopError if the shop fails."""
        if customer is not None:
            await self.browser.sign_in(customer)
        for look in range(LOOKS):
            self.pages += 1
            if look == LOOKS // 2 and self.later is not None:
                self.mind = self.later
            shelf = await self._asked()
            if shelf.cards:
                await self._look(shelf)
            if self.dice.random() < self.finds:
                await self._find()
            await self.think()

    async def _find(self) -> None:
        row = self._wanted()
        article = f"{self.truth.ids[row]:010d}"
        await self.browser.send("/api/v1/events/", [{"type": Action.VIEW, "article": article}])
        self.mind.known.add(row)

    def _wanted(self) -> int:
        """Of the sort the shopper came for, if any."""
        drawn = [self.truth.bought_at(self.mind.cluster, self.dice.random()) for _ in range(DRAWS)]
        meant = [row for row in drawn if self.truth.sort[row] == self.mind.goal]
        return (meant or drawn)[0]

    async def _look(self, shelf: Shelf) -> None:
        seen, place = choice.look(self.dice, self.truth, self.mind, shelf.articles)
        self.note(shelf, seen, place)
        if sent := list(events(shelf, seen, place)):
            await self.browser.send("/api/v1/events/", sent)
        if place is not None and (row := self.truth.row.get(shelf.articles[place])) is not None:
            self.mind.known.add(row)

    async def _asked(self) -> Shelf:
        path, query = f"/api/v1/recommendations/{self.kind}/", {}
        if self.kind == OUTFIT:
            path, query = "/api/v1/outfits/", {"articles": self._starting_article(), "k": "0"}
        elif RECOMMENDERS[Kind(self.kind)].article:
            query = {"article": self._starting_article()}
        return shelf_of(self.kind, await self.browser.read(f"{path}?{urlencode(query)}"))

    def _starting_article(self) -> str:
        row = self.truth.bought_at(self.mind.cluster, self.dice.random())
        self.mind.bag = [row]
        return f"{self.truth.ids[row]:010d}"


def shelf_of(kind: str, answer: Json) -> Shelf:
    """From an API response with a shelf or an outfit."""
    items = answer["pieces"] if kind == OUTFIT else answer["items"]
    cards = [Card(int(item["article"]), at, "") for at, item in enumerate(items, start=1)]
    return Shelf(kind, answer["rec_id"], answer["strategy"], cards)


def events(shelf: Shelf, seen: int, clicked: int | None) -> Iterator[dict[str, object]]:
    """The events a page would have sent, in the API's format."""
    for card in shelf.cards[:seen]:
        yield _event(Action.IMPRESSION, shelf, card)
    if clicked is not None:
        yield _event(Action.CLICK, shelf, shelf.cards[clicked])
        yield _event(Action.VIEW, shelf, shelf.cards[clicked])


def _event(kind: Action, shelf: Shelf, card: Card) -> dict[str, object]:
    return {
        "type": kind,
        "article": f"{card.article:010d}",
        "rec_id": shelf.rec_id,
        "widget": shelf.widget,
        "position": card.position,
    }
