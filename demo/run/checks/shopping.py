"""What a shopper does changes what the shop recommends."""

from catalog.models import Article
from catalog.sizes import sizes_of
from demo.run.checks.browser import hidden_fields
from demo.run.checks.shopper import K, Shop, Shopper
from demo.run.checks.waiting import eventually, expect
from recommendations.bundle.models import ModelVersion
from streaming.events import schema

ADDRESS = {"name": "Demo", "street": "1 Sample Street", "city": "Anytown", "postcode": "12345"}
WAY = {"delivery": "home", "payment": "card"}


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
    count = eventually(
        because,
        f"“for you” shows nothing because of “{article.name}”",
        possible=ModelVersion.objects.active().exists,
    )
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
    """The value if it rose by more than a clock's correction moves it: an action adds 4 or 5."""
    return value if value > least + 1 else None


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
