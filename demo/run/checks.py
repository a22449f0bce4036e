"""The demo's check of itself: what a shopper, an API client and an operator would try first."""

import http.cookiejar
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.management import call_command
from rich.console import Console

from catalog.models import Article

PATIENCE_S = 15.0


class CheckError(Exception):
    """What is wrong, in words for the line of the check."""


def expect(truth: object, otherwise: str) -> None:
    if not truth:
        raise CheckError(otherwise)


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes
    kind: str

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> dict[str, object]:
        answer: dict[str, object] = json.loads(self.body)
        return answer


class Browser:
    """A shopper without JavaScript: follows redirects, keeps cookies, sends forms."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> Reply:
        return self._open(urllib.request.Request(self.base + path))  # noqa: S310

    def post(self, path: str, form: dict[str, str]) -> Reply:
        return self._send(path, urllib.parse.urlencode(form).encode(), None)

    def post_json(self, path: str, body: object) -> Reply:
        return self._send(path, json.dumps(body).encode(), "application/json")

    def _send(self, path: str, data: bytes, kind: str | None) -> Reply:
        token = next((c.value for c in self.jar if c.name == "csrftoken"), "") or ""
        headers = {"X-CSRFToken": token, "Referer": self.base + path}
        if kind:
            headers["Content-Type"] = kind
        return self._open(urllib.request.Request(self.base + path, data, headers))  # noqa: S310

    def _open(self, request: urllib.request.Request) -> Reply:
        try:
            with self.opener.open(request, timeout=60) as reply:
                kind = reply.headers.get("Content-Type", "")
                return Reply(reply.status, reply.read(), kind)
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.read(), error.headers.get("Content-Type", ""))


def eventually(holds: Callable[[], bool], otherwise: str) -> str:
    """Ask until it holds; the time it took is the note on the line."""
    start = time.monotonic()
    while time.monotonic() - start < PATIENCE_S:
        if holds():
            return f"after {(time.monotonic() - start) * 1000:.0f} ms"
        time.sleep(0.05)
    raise CheckError(f"{otherwise} within {PATIENCE_S:.0f} s")


@dataclass(frozen=True)
class Shop:
    """The running shop under check, and two best sellers of one audience to try it with."""

    browser: Browser
    images: Browser
    first: Article
    second: Article

    def article_page(self, article: Article) -> str:
        return f"/article/{article.article_id}/"


def pages_open(shop: Shop) -> str:
    group = shop.first.index.group_id
    paths = ["/", f"/shop/{group}/", shop.article_page(shop.first), "/search/?q=dress", "/bag/"]
    paths += ["/personas/", "/admin/login/", "/api/docs/", "/healthz"]
    for path in paths:
        status = shop.browser.get(path).status
        expect(status == 200, f"{path} answers {status}")
    return f"{len(paths)} pages"


def everything_is_ready(shop: Shop) -> str:
    def is_ready() -> bool:
        reply = shop.browser.get("/readyz")
        return reply.status == 200 and '"up": false' not in reply.text

    return eventually(is_ready, "/readyz doesn't say so")


def pictures_are_served(shop: Shop) -> str:
    reply = shop.images.get(f"/360/{shop.first.article_id}.webp")
    expect(reply.status == 200 and reply.body[8:12] == b"WEBP", f"answers {reply.status}")
    return f"{len(reply.body) / 1000:.0f} kB of WebP"


def shelf(shop: Shop, kind: str) -> str:
    return shop.browser.get(f"/widgets/{kind}/").text


def a_view_is_remembered(shop: Shop) -> str:
    shop.browser.get(shop.article_page(shop.first))
    return eventually(
        lambda: shop.first.article_id in shelf(shop, "recently-viewed"),
        "“recently viewed” doesn't show the article",
    )


def for_you_follows(shop: Shop) -> str:
    """The article just viewed becomes a reason given by “for you”."""
    shop.browser.get(shop.article_page(shop.second))

    def is_a_reason() -> bool:
        items = recommended(shop, "for-you")
        return any(shop.second.name in str(item["reason"]) for item in items)

    return eventually(is_a_reason, "“for you” doesn't follow the view")


def recommended(shop: Shop, kind: str) -> list[dict[str, object]]:
    reply = shop.browser.get(f"/api/v1/recommendations/{kind}/?k=50")
    expect(reply.status == 200, f"{kind} answers {reply.status}")
    items = reply.json()["items"]
    return items if isinstance(items, list) else []


def trend_of(shop: Shop, article: Article) -> float:
    """The article's score among what trends, from events alone; 0 where it doesn't trend."""
    scores = {item["article"]: item["score"] for item in recommended(shop, "trending")}
    return float(str(scores.get(article.article_id, 0)))


def an_order_changes_what_trends(shop: Shop) -> str:
    """Bag, checkout, outbox, Kafka, worker, Redis, widget."""
    before = trend_of(shop, shop.first)
    order(shop)
    return eventually(
        lambda: trend_of(shop, shop.first) > before, "the bought article's trend doesn't rise"
    )


ADDRESS = {"name": "Demo", "street": "1 Sample Street", "city": "Anytown", "postcode": "12345"}
WAY = {"delivery": "home", "payment": "card"}


def order(shop: Shop) -> None:
    article_id = shop.first.article_id
    shop.browser.post("/bag/add/", {"article": article_id})
    expect(article_id in shop.browser.get("/bag/").text, "the bag is empty")
    token = hidden_fields(shop.browser.get("/checkout/").text)
    shop.browser.post("/checkout/", {**token, **ADDRESS})
    review = shop.browser.post("/checkout/delivery/", {**token, **WAY})
    reply = shop.browser.post("/checkout/review/", hidden_fields(review.text))
    expect(reply.status == 200 and article_id in reply.text, f"checkout answers {reply.status}")


def hidden_fields(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return dict(found)


def the_api_answers(shop: Shop) -> str:
    api = "/api/v1"
    article_id = shop.second.article_id
    for path in (
        "/articles/?search=dress",
        f"/articles/{article_id}/",
        f"/recommendations/similar/?article={article_id}",
        "/recommendations/for-you/",
    ):
        status = shop.browser.get(api + path).status
        expect(status == 200, f"{path} answers {status}")
    good = shop.browser.post_json(f"{api}/events/", {"type": "view", "article": article_id})
    expect(good.status == 202, f"an event is answered with {good.status}: {good.text[:200]}")
    bad = shop.browser.post_json(f"{api}/events/", {"type": "view", "article": "none"})
    expect(bad.status == 400 and "article" in bad.text, f"a bad event is answered {bad.status}")
    return "reads, an event, a refused event"


def history_replays(shop: Shop) -> str:
    call_command("replay_transactions", "--max")
    return "the last day of history"


CHECKS: dict[str, Callable[[Shop], str]] = {
    "every service and the model are ready": everything_is_ready,
    "the pages open": pages_open,
    "pictures are served": pictures_are_served,
    "a view changes “recently viewed”": a_view_is_remembered,
    "a view changes “for you”": for_you_follows,
    "an order changes “trending”": an_order_changes_what_trends,
    "the API answers": the_api_answers,
    "history replays through Kafka": history_replays,
}


def best_sellers() -> Iterator[Article]:
    return Article.objects.select_related("index").order_by("-summary__units_recent").iterator()


def run(port: int, image_port: int) -> int:
    """Run every check, print a line for each, and return how many failed."""
    console = Console()
    popular = best_sellers()
    shop = Shop(
        Browser(f"http://127.0.0.1:{port}"),
        Browser(settings.IMAGE_BASE_URL),
        next(popular),
        next(popular),
    )
    failures = 0
    for name, check in CHECKS.items():
        try:
            console.print(f"[green]✓[/] {name} [dim]({check(shop)})[/]")
        except (CheckError, OSError) as error:
            failures += 1
            console.print(f"[red]✗[/] {name}: {error}")
    return failures
