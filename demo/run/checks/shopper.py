"""The running shop under test, and new shoppers in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypedDict, cast

from catalog.models import Article
from demo.run.checks.browser import Browser, Reply
from demo.run.checks.tracing import Log, Traced, follow
from demo.run.checks.waiting import CheckError, expect
from demo.run.processes import Child
from streaming.events import schema

API = "/api/v1"
K = 50


class Item(TypedDict):
    article: str
    score: float | None
    reason: str


class Recommended(TypedDict):
    items: list[Item]
    strategy: str
    model_version: str | None


@dataclass
class Shop:
    """The running shop under test; `runs` tells whether a process of that name is alive."""

    address: str
    images: str
    runs: Callable[[str], bool]
    training: Child | None = None
    log: Log = field(default_factory=Log)
    untouched: Iterator[Article] = field(default_factory=lambda: best_sellers())

    def shopper(self) -> "Shopper":
        return Shopper(Browser(self.address), self)

    def article(self, wanted: Callable[[Article], bool] = lambda article: True) -> Article:
        """The next best seller unrelated to those already used: no other colour, no same name."""
        found = next(filter(wanted, self.untouched), None)
        if found is None:
            raise CheckError("there is no article left to test with")
        return found


def best_sellers() -> Iterator[Article]:
    """One article per product and per name, so that checks can't confuse them."""
    seen: set[object] = set()
    for article in Article.objects.select_related("index", "summary").popular().iterator():
        own = {article.product_id, article.name.casefold()}
        if not own & seen:
            seen |= own
            yield article


@dataclass
class Shopper:
    """A new shopper."""

    browser: Browser
    shop: Shop
    name: str = ""

    def __post_init__(self) -> None:
        """Visit the first page, which sets the cookie that identifies the shopper."""
        self.page("/")
        self.name = str(self.api("/features/me/")["shopper"])

    def page(self, path: str) -> str:
        return answered(self.browser.get(path), path).text

    def api(self, path: str) -> dict[str, object]:
        return answered(self.browser.get(API + path), path).json()

    def view(self, article: Article) -> None:
        self.page(f"/article/{article.article_id}/")

    def recommended(self, kind: str) -> Recommended:
        return cast("Recommended", self.api(f"/recommendations/{kind}/?k={K}"))

    def follow(self, kind: type[schema.OfArticle], article: Article) -> Traced:
        """Follow the shopper's event about an article until it has reached the features."""

        def wanted(event: schema.Event) -> bool:
            return (
                type(event) is kind and event.shopper == self.name and event.article == article.pk
            )

        what = str(kind.__struct_config__.tag)
        return follow(self.shop.log, wanted, what, lambda: self.shop.runs("stream"))


def answered(reply: Reply, path: str) -> Reply:
    expect(reply.status == 200, f"{path} answers {reply.status}")
    return reply
