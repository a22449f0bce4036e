"""Server time of admin lists, change pages and previews, with as many rows as H&M's files.

Requests are a superuser's, each for another article, customer, month or word.
"""

import random
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from benchmarks.harness import Result
from benchmarks.shop import FULL, scaled
from benchmarks.web import server_time

if TYPE_CHECKING:
    from django.test import Client

REQUESTS: Final = 60
WORDS: Final = ("dress", "black jeans", "striped top", "socks")
PAGES: Final = {
    "first_page": "",
    "articles": "catalog/article/?p={page}",
    "articles_of_type": "catalog/article/?product_type__id__exact={type}",
    "articles_searched": "catalog/article/?q={word}",
    "article": "catalog/article/{article}/change/",
    "products": "catalog/product/?p={page}",
    "customers": "catalog/customer/?p={page}",
    "customers_searched": "catalog/customer/?q={hash:.8}",
    "customer": "catalog/customer/{customer}/change/",
    "transactions": "catalog/transaction/?p={page}",
    "transactions_of_month": "catalog/transaction/?month={month:%Y-%m}",
    "transactions_of_article": "catalog/transaction/?article={article}",
    "transactions_of_customer": "catalog/transaction/?customer={customer}",
    "transactions_searched": "catalog/transaction/?q={hash}",
    "transaction": "catalog/transaction/{line}/change/",
    "recommended_with_article": "recommendations/modelversion/with/{article}/",
    "recommended_to_customer": "recommendations/modelversion/to/{customer}/",
}


def run(size: int | None) -> Result:
    """`size` counts transactions; articles and customers scale with it."""
    sizes = scaled(size or FULL["transactions"])
    pages = partial(addresses, depth=1 if size else 9)
    return server_time.run("admin", sizes, {"goal": 300}, pages, superuser)


def superuser() -> "Client":
    from django.contrib.auth.models import User

    user, _ = User.objects.get_or_create(
        username="benchmark", defaults={"is_staff": True, "is_superuser": True}
    )
    client = server_time.anonymous_client()
    client.force_login(user)
    return client


def addresses(depth: int) -> dict[str, list[str]]:
    """The URLs requested for each page; lists are paged `depth` pages deep."""
    rows = list(sample_urls(depth))
    return {page: [f"/admin/{path}".format(**row) for row in rows] for page, path in PAGES.items()}


def sample_urls(depth: int) -> Iterator[dict[str, object]]:
    """The variable parts of the URLs, drawn for each request."""
    from catalog.ingest import partitions
    from catalog.models import Article, Customer, ProductType, Transaction
    from catalog.period import month_of

    draw = random.Random(1)
    sold = Article.objects.filter(summary__units__gt=0).popular()
    articles = list(sold.values_list("pk", flat=True)[:5000])
    types = list(ProductType.objects.values_list("pk", flat=True))
    months = [month_of(table) for table in partitions.attached()]
    last = Customer.objects.latest("pk").pk
    lines = list(Transaction.objects.order_by().values_list("pk", flat=True)[:REQUESTS])
    for number, article in enumerate(draw.sample(articles, REQUESTS)):
        customer = Customer.objects.filter(pk__gte=draw.randint(1, last)).earliest("pk")
        yield {
            "page": number % depth + 1,
            "article": article,
            "type": draw.choice(types),
            "word": draw.choice(WORDS),
            "customer": customer.pk,
            "hash": customer.customer_id,
            "month": draw.choice(months),
            "line": lines[number],
        }
