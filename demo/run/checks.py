"""The demo's self-check: what a shopper, an API client and an operator would try first.

Each check is a separate shopper with articles that no other check has touched, so that it only sees
the effects of its own actions. Checks about events follow their own event by its id.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import redis
from confluent_kafka import KafkaException
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, close_old_connections
from rich.console import Console

from catalog.models import Article, Transaction
from catalog.sizes import sizes_of
from demo.run.browser import Browser, Reply, hidden_fields
from demo.run.processes import Child
from demo.run.tracing import Log, Logged, Traced, follow, has_passed, is_there
from demo.run.waiting import CheckError, eventually, expect
from recommendations.bundle.models import ModelVersion
from streaming import status
from streaming.events import schema
from streaming.events.actions import Action
from streaming.features.store import StoreUnavailable

API = "/api/v1"
K = 50
# Full training takes minutes on real data, and longer on a busy machine.
TRAINING_S = 3600.0


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

    def api(self, path: str) -> dict[str, Any]:
        return answered(self.browser.get(API + path), path).json()

    def view(self, article: Article) -> None:
        self.page(f"/article/{article.article_id}/")

    def recommended(self, kind: str, k: int = K) -> dict[str, Any]:
        return self.api(f"/recommendations/{kind}/?k={k}")

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


def everything_is_ready(shop: Shop) -> str:
    browser = Browser(shop.address)

    def away() -> list[str]:
        reply = browser.get("/readyz").json()
        return [str(one["name"]) for one in reply["checks"] if not one["up"]]

    eventually(
        lambda: not away(),
        "/readyz names a part that is away",
        possible=lambda: is_there() and ModelVersion.objects.active().exists(),
    )
    eventually(
        lambda: partitions() == settings.KAFKA_PARTITIONS,
        f"no worker works on all {settings.KAFKA_PARTITIONS} partitions",
        possible=lambda: shop.runs("stream"),
    )
    return f"four parts, {settings.KAFKA_PARTITIONS} partitions"


def partitions() -> int:
    """How many partitions the stream workers are assigned."""
    try:
        return len({number for worker in status.workers() for number in worker.partitions})
    except StoreUnavailable:
        return 0


def pages_open(shop: Shop) -> str:
    article = shop.article()
    shopper = shop.shopper()
    paths = ["/", f"/shop/{article.index.group_id}/", f"/article/{article.article_id}/"]
    paths += ["/search/?q=dress", "/bag/", "/personas/", "/outfits/", "/ops/"]
    paths += ["/admin/login/", "/api/docs/", "/healthz"]
    for path in paths:
        shopper.page(path)
    return f"{len(paths)} pages"


def pictures_are_served(shop: Shop) -> str:
    if not Article.objects.filter(summary__has_picture=True).exists():
        return "this data has none"
    article = shop.article(lambda article: article.summary.has_picture)
    reply = Browser(shop.images).get(f"/360/{article.article_id}.webp")
    expect(reply.status == 200 and reply.body[8:12] == b"WEBP", f"answers {reply.status}")
    return f"{len(reply.body) / 1000:.0f} kB of WebP"


def a_view_is_remembered(shop: Shop) -> str:
    shopper, article = shop.shopper(), shop.article()

    def is_shown() -> bool:
        return article.article_id in shopper.page("/widgets/recently-viewed/")

    expect(not is_shown(), f"{article.article_id} is shown before anybody viewed it")
    shopper.view(article)
    way = shopper.follow(schema.View, article)
    eventually(is_shown, f"“recently viewed” doesn't show {article.article_id}")
    return f"{article.article_id}; event {way}"


def for_you_follows(shop: Shop) -> str:
    """The only article the shopper ever viewed becomes a reason in “for you”."""
    shopper, article = shop.shopper(), shop.article()

    def because() -> int:
        items = shopper.recommended("for-you")["items"]
        return sum(article.name in str(item["reason"]) for item in items)

    before = shopper.recommended("for-you")["strategy"]
    expect(not because(), f"“for you” names “{article.name}” before anybody viewed it")
    shopper.view(article)
    way = shopper.follow(schema.View, article)
    count = eventually(because, f"“for you” shows nothing because of “{article.name}”")
    after = shopper.recommended("for-you")["strategy"]
    return f"{count} of {K} because of “{article.name}”, {before} → {after}; event {way}"


def an_order_changes_what_trends(shop: Shop) -> str:
    """Bag, checkout, outbox, Kafka, worker, Redis, widget."""
    shopper = shop.shopper()
    trends = trends_of(shopper)
    # If the list is already full of trends, a new article might not make it into the K.
    article = shop.article(lambda article: len(trends) < K or article.article_id in trends)

    def trend() -> float:
        return trends_of(shopper).get(article.article_id, 0.0)

    before = trend()
    fill_bag(shopper, article)
    shopper.follow(schema.BagAdd, article)
    bagged = eventually(
        lambda: above(before, trend()), f"the trend of {article.article_id} stays at {before:.2f}"
    )
    order(shopper, article)
    way = shopper.follow(schema.Purchase, article)
    bought = eventually(
        lambda: above(bagged, trend()),
        f"the order of {article.article_id} leaves its trend at {bagged:.2f}",
    )
    return (
        f"{article.article_id}: {before:.2f}, in the bag {bagged:.2f}, bought {bought:.2f}; "
        f"event {way}"
    )


def trends_of(shopper: Shopper) -> dict[str, float]:
    """Scores of trending articles; those that merely fill up the list have none."""
    items = shopper.recommended("trending")["items"]
    return {str(item["article"]): float(item["score"]) for item in items if item["score"]}


def above(least: float, value: float) -> float | None:
    return value if value > least else None


ADDRESS = {"name": "Demo", "street": "1 Sample Street", "city": "Anytown", "postcode": "12345"}
WAY = {"delivery": "home", "payment": "card"}


def fill_bag(shopper: Shopper, article: Article) -> None:
    shopper.page("/bag/")
    size = next(iter(sizes_of(article)), "")
    shopper.browser.post("/bag/add/", {"article": article.article_id, "size": size})
    expect(article.article_id in shopper.page("/bag/"), "the bag is empty")


def order(shopper: Shopper, article: Article) -> None:
    token = hidden_fields(shopper.page("/checkout/"))
    shopper.browser.post("/checkout/", {**token, **ADDRESS})
    review = shopper.browser.post("/checkout/delivery/", {**token, **WAY})
    reply = shopper.browser.post("/checkout/review/", hidden_fields(review.text))
    done = reply.status == 200 and article.article_id in reply.text
    expect(done, f"checkout answers {reply.status}")


def the_api_answers(shop: Shop) -> str:
    shopper, article = shop.shopper(), shop.article()
    for path in (
        "/articles/?search=dress",
        f"/articles/{article.article_id}/",
        f"/recommendations/similar/?article={article.article_id}",
        "/recommendations/for-you/",
    ):
        shopper.api(path)
    event = {"type": Action.VIEW, "article": article.article_id, "id": f"demo-{uuid.uuid4().hex}"}
    good = shopper.browser.post_json(f"{API}/events/", event)
    expect(good.status == 202, f"an event is answered with {good.status}: {good.text[:200]}")
    expect(good.json()["ids"] == [event["id"]], f"the event's id is lost: {good.text[:200]}")
    bad = shopper.browser.post_json(f"{API}/events/", {"type": Action.VIEW, "article": "none"})
    expect(bad.status == 400 and "article" in bad.text, f"a bad event is answered {bad.status}")
    return "reads, an event, a refused event"


def history_replays(shop: Shop) -> str:
    """The last day's purchases are in Kafka, and a worker has processed each of them."""
    day = Transaction.objects.order_by("-t_dat").values_list("t_dat", flat=True).first()
    if day is None:
        raise CheckError("there are no transactions")
    sold = Transaction.objects.filter(t_dat=day).count()

    def replayed() -> list[Logged]:
        shop.log.read_new()
        return list(shop.log.matching(lambda event: event.source == "replay"))

    before = len(replayed())
    try:
        call_command("replay_transactions", "--max")
    except CommandError as error:
        raise CheckError(str(error)) from None
    eventually(
        lambda: len(replayed()) - before >= sold,
        f"not all {sold} purchases of {day} are in Kafka",
        possible=is_there,
    )
    last = {logged.partition: logged for logged in replayed()}
    eventually(
        lambda: all(has_passed(shop.log.topic_id, logged) for logged in last.values()),
        f"the {sold} purchases of {day} are in Kafka, and no worker takes all into the features",
        possible=lambda: shop.runs("stream"),
    )
    return f"{sold} purchases of {day}, all in Kafka and worked on"


def the_full_model_is_live(shop: Shop) -> str:
    """The web processes serve the model trained on everything ingested, without a restart."""
    shopper = shop.shopper()
    opened_with = shopper.recommended("for-you")["model_version"]
    training = shop.training
    if training is not None:
        eventually(
            lambda: not training.is_running(), "the training doesn't end", patience_s=TRAINING_S
        )
        code = training.process.returncode if training.process else None
        expect(code == 0, f"the training failed ({code}): {training.last_words(3)}")
    model = ModelVersion.objects.active().first()
    if model is None or model.is_quick:
        raise CheckError("there is no full model")
    eventually(
        lambda: shopper.recommended("for-you")["model_version"] == model.version,
        f"the web doesn't answer from model {model}",
    )
    swapped = f", in place of {opened_with}" if opened_with not in (None, model.version) else ""
    return f"{model}{swapped}"


CHECKS: dict[str, Callable[[Shop], str]] = {
    "services, model and workers are ready": everything_is_ready,
    "the pages open": pages_open,
    "pictures are served": pictures_are_served,
    "a view changes “recently viewed”": a_view_is_remembered,
    "a view changes “for you”": for_you_follows,
    "an order changes “trending”": an_order_changes_what_trends,
    "the API answers": the_api_answers,
    "history replays through Kafka": history_replays,
    "the full model is live": the_full_model_is_live,
}
# Errors a check may run into, besides failed expectations.
FAILURES = (
    CheckError,
    OSError,
    KafkaException,
    redis.RedisError,
    DatabaseError,
    ValueError,
    KeyError,
)


def run(shop: Shop) -> int:
    """Run every check, print a line for each, and return the number of failures."""
    console = Console(soft_wrap=True)
    failures = 0
    try:
        for name, check in CHECKS.items():
            close_old_connections()
            try:
                seen = check(shop)
            except FAILURES as error:
                failures += 1
                console.print(f"[red]✗[/] {name}: ", end="")
                console.print(str(error) or type(error).__name__, markup=False, highlight=False)
            else:
                console.print(f"[green]✓[/] {name} ", end="")
                console.print(f"({seen})", markup=False, highlight=False)
    finally:
        shop.log.close()
    return failures
