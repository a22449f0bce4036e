"""A minimal browser without JavaScript: pages, their shelves, their forms, one cookie jar."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self
from urllib.parse import urljoin

import aiohttp
from selectolax.lexbor import LexborHTMLParser, LexborNode

from web.json_types import Json

TIMEOUT_S: Final = 30.0
FIELDS: Final = "input[name], select[name], textarea[name]"


class ShopError(Exception):
    """The shop didn't respond as it should."""


@dataclass(frozen=True)
class Card:
    article: int
    position: int
    href: str


@dataclass(frozen=True)
class Shelf:
    """One shelf, as shown on the page."""

    widget: str
    rec_id: str
    strategy: str
    cards: list[Card]

    @property
    def articles(self) -> list[int]:
        return [card.article for card in self.cards]


@dataclass(frozen=True)
class Page:
    url: str
    html: LexborHTMLParser

    def shelves(self) -> list[Shelf]:
        return [shelf for node in self.html.css("[data-rec]") if (shelf := _shelf(node)).cards]

    def csrf(self) -> str:
        """The token that the page's own scripts send."""
        body = self.html.css_first("body")
        headers = body.attributes.get("hx-headers") if body else None
        return str(json.loads(headers or "{}").get("X-CSRFToken", ""))

    def form(self, action: str) -> dict[str, str] | None:
        """The fields and values of the first form that posts to `action`."""
        for form in self.html.css("form"):
            if (form.attributes.get("action") or "").split("?")[0] == action:
                elsewhere = self.html.css(f'[form="{form.attributes.get("id")}"]')
                return _fields([*form.css(FIELDS), *elsewhere])
        return None


def _shelf(node: LexborNode) -> Shelf:
    of = node.attributes
    cards = []
    for item in node.css("[data-article]"):
        link = item.css_first("a[href]")
        if link is not None:
            article, place = item.attributes["data-article"], item.attributes["data-position"]
            cards.append(Card(int(article or 0), int(place or 0), link.attributes["href"] or ""))
    widget, rec, strategy = (
        str(of.get(f"data-{name}") or "") for name in ("widget", "rec", "strategy")
    )
    return Shelf(widget, rec, strategy, cards)


def _fields(nodes: list[LexborNode]) -> dict[str, str]:
    """Hidden and text fields, and for each group of choices the selected one, else the first."""
    fields: dict[str, str] = {}
    for node in nodes:
        of, name = node.attributes, node.attributes["name"] or ""
        if of.get("type") == "checkbox" and "checked" not in of:
            continue
        if of.get("type") == "radio" and "checked" not in of and name in fields:
            continue
        option = node.css_first("option[selected]") or node.css_first("option")
        value = option.attributes.get("value") if option else of.get("value")
        fields[name] = value or ""
    return fields


@dataclass
class Browser:
    """One shopper's browser; `seen` receives (kind of page, seconds, status) of every response."""

    shop: str
    seen: Callable[[str, float, int], None]
    connector: aiohttp.BaseConnector
    session: aiohttp.ClientSession = field(init=False)

    async def __aenter__(self) -> Self:
        self.session = aiohttp.ClientSession(
            connector=self.connector,
            connector_owner=False,
            # Accept cookies from IP addresses such as 127.0.0.1.
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.session.close()

    async def get(self, kind: str, path: str) -> Page:
        return _page(*await self._ask(kind, "GET", path))

    async def post(self, kind: str, path: str, fields: Mapping[str, str], referer: str) -> Page:
        headers = {"Referer": referer}
        return _page(*await self._ask(kind, "POST", path, data=fields, headers=headers))

    async def tell(self, path: str, body: object, page: Page) -> None:
        """Send what the page's script would send."""
        headers = {"X-CSRFToken": page.csrf(), "Referer": page.url}
        await self._ask("events", "POST", path, json=body, headers=headers)

    async def sign_in(self, customer: int) -> None:
        """Sign in through the demo's form; doesn't follow the redirect."""
        page = await self.get("sign in", "/orders/")
        fields = {"csrfmiddlewaretoken": page.csrf(), "customer": str(customer)}
        headers = {"Referer": page.url}
        await self._ask(
            "sign in", "POST", "/personas/switch/",
            data=fields, headers=headers, allow_redirects=False,
        )  # fmt: skip

    async def read(self, path: str) -> Json:
        """GET from the API."""
        found: Json = json.loads((await self._ask("shelf", "GET", path))[1])
        return found

    async def send(self, path: str, body: object) -> None:
        """POST to the API."""
        await self._ask("events", "POST", path, json=body)

    async def _ask(self, kind: str, method: str, path: str, **more: object) -> tuple[str, str]:
        """The final URL and the response's text."""
        began = time.perf_counter()
        url = urljoin(self.shop, path)
        try:
            async with self.session.request(method, url, **more) as answer:  # type: ignore[arg-type]
                text = await answer.text()
        except (TimeoutError, aiohttp.ClientError) as error:
            self.seen(kind, time.perf_counter() - began, 0)
            raise ShopError(f"{method} {path}: {error or type(error).__name__}") from error
        self.seen(kind, time.perf_counter() - began, answer.status)
        if answer.status >= 400:
            raise ShopError(f"{method} {path}: {answer.status}")
        return str(answer.url), text


def _page(url: str, text: str) -> Page:
    return Page(url, LexborHTMLParser(text))
