"""One simulated visit: open pages, look at shelves, click, add to bag, buy."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from demo.shoppers import choice
from demo.shoppers.browser import Browser, Card, Page, Shelf, ShopError
from demo.shoppers.choice import ShopperModel
from demo.shoppers.ground_truth import GroundTruth

MAX_PAGES: Final = 25
MAX_STEPS: Final = 6
# Input for an address form, by a part of the field's name.
TYPED: Final = {"mail": "sim@example.org", "zip": "12345", "post": "12345", "city": "Synthetia"}


@dataclass(frozen=True)
class ShelfImpression:
    """A viewed shelf. `value`: its probability of a click; `best`: that of the best possible."""

    shopper: int
    page: int
    widget: str
    strategy: str
    rec_id: str
    seen: int
    value: float
    best: float
    clicked: int | None
    liking: float


@dataclass
class Visit:
    """`think` waits as long as a shopper takes to continue."""

    number: int
    browser: Browser
    truth: GroundTruth
    mind: ShopperModel
    dice: Random
    think: Callable[[], Awaitable[None]]
    looked: list[ShelfImpression] = field(default_factory=list)
    pages: int = 0
    bought: int = 0
    spent: int = 0

    async def run(self, customer: int | None) -> None:
        """Act as the customer, or anonymously. Raises ShopError if the shop fails."""
        page = await self.browser.get("home", "/")
        if customer is not None:
            page = await self._sign_in(page, customer)
        for _ in range(MAX_PAGES):
            self.pages += 1
            card = await self._look_around(page)
            await self.think()
            if self.dice.random() < choice.LEAVES:
                break
            page = await self._go_on(card)
        if self.mind.bag and self.dice.random() < choice.BUYS:
            await self._check_out()

    async def _sign_in(self, page: Page, customer: int) -> Page:
        fields = {"csrfmiddlewaretoken": page.csrf(), "customer": str(customer)}
        return await self.browser.post("home", "/personas/switch/", fields, page.url)

    async def _look_around(self, page: Page) -> Card | None:
        """Look at the page's shelves from the top; returns the clicked card."""
        impressions: list[dict[str, object]] = []
        clicked = None
        for shelf in page.shelves():
            seen, place = choice.look(self.dice, self.truth, self.mind, shelf.articles)
            self.note(shelf, seen, place)
            impressions += [_impression(shelf, card) for card in shelf.cards[:seen]]
            if place is not None:
                clicked = shelf.cards[place]
                break
            if self.dice.random() > choice.NEXT_SHELF:
                break
        for start in range(0, len(impressions), 50):
            items = impressions[start : start + 50]
            await self.browser.tell("/events/impressions/", {"items": items}, page)
        return clicked

    def note(self, shelf: Shelf, seen: int, place: int | None) -> None:
        chances = choice.click_chance(self.truth, self.mind, shelf.articles)
        rows = [self.truth.row[a] for a in shelf.articles if a in self.truth.row]
        self.looked.append(
            ShelfImpression(
                shopper=self.number,
                page=self.pages,
                widget=shelf.widget,
                strategy=shelf.strategy,
                rec_id=shelf.rec_id,
                seen=seen,
                value=choice.shelf_value(chances),
                best=choice.best_value(self.truth, self.mind, len(shelf.cards)),
                clicked=place,
                liking=float(self.truth.liking[self.mind.cluster, rows].mean()),
            )
        )

    async def _go_on(self, card: Card | None) -> Page:
        if card is None:
            return await self.browser.get("home", "/")
        page = await self.browser.get("product", card.href)
        row = self.truth.row.get(card.article)
        if row is not None:
            if choice.adds(self.dice, self.truth, self.mind, row):
                await self._add(page, row)
            self.mind.known.add(row)
        return page

    async def _add(self, page: Page, row: int) -> None:
        fields = page.form("/bag/add/")
        if fields is None:
            raise ShopError(f"{page.url}: found no form to add the article to the bag")
        await self.browser.post("bag", "/bag/add/", fields, page.url)
        self.mind.bag.append(row)

    async def _check_out(self) -> None:
        """Go through all steps of the checkout."""
        page = await self.browser.get("checkout", "/checkout/")
        for _ in range(MAX_STEPS):
            if "/orders/" in page.url:
                self.bought = len(self.mind.bag)
                self.spent = int(self.truth.cents[self.mind.bag].sum())
                return
            action, fields = checkout_form(page)
            page = await self.browser.post("checkout", action, fields, page.url)
        raise ShopError(f"{page.url}: the checkout did not finish")


def checkout_form(page: Page) -> tuple[str, dict[str, str]]:
    """The target and filled-in fields of the page's main form; raises ShopError if missing."""
    for node in page.html.css("main form[method=post]"):
        action = (node.attributes.get("action") or page.url).split("?")[0]
        if "/checkout/" in action and (fields := page.form(node.attributes.get("action") or "")):
            return action, {name: value or typed(name) for name, value in fields.items()}
    raise ShopError(f"{page.url}: found no form to continue with")


def typed(name: str) -> str:
    return next((text for part, text in TYPED.items() if part in name.lower()), "Sim")


def _impression(shelf: Shelf, card: Card) -> dict[str, object]:
    return {
        "article": f"{card.article:010d}",
        "rec": shelf.rec_id,
        "w": shelf.widget,
        "p": card.position,
    }
