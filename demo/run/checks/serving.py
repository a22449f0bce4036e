"""Every part is there and answers: services, pages, pictures, API."""

import uuid

from django.conf import settings

from catalog.models import Article
from demo.run.checks.browser import Browser
from demo.run.checks.shopper import API, Shop
from demo.run.checks.tracing import is_there
from demo.run.checks.waiting import eventually, expect
from recommendations.bundle.models import ModelVersion
from streaming import status
from streaming.events.actions import Action
from streaming.features.store import StoreUnavailable


def everything_is_ready(shop: Shop) -> str:
    browser = Browser(shop.address)

    def away() -> list[str]:
        reply = browser.get("/readyz").json()
        return [str(one["name"]) for one in reply["checks"] if not one["up"]]

    eventually(
        lambda: not away(),
        "/readyz names a part that is down",
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
