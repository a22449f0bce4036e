"""Server time of the admin's lists and change pages, with as many rows as H&M's files have.

As in the benchmark of the shop's pages: Django's whole stack, in one process, one request after
another, by a superuser, each for another article, customer, month or word.
"""

import os
import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib import pyplot

from benchmarks.harness import RESULTS, Result
from benchmarks.pages import measure
from benchmarks.shop import shop

if TYPE_CHECKING:
    from django.test import Client

FULL: Final = {"articles": 105_542, "customers": 1_371_980, "transactions": 31_788_324}
LEAST: Final = {"articles": 500, "customers": 1_000, "transactions": 20_000}
REQUESTS: Final = 60
GOAL_MS: Final = 300


def run(size: int | None) -> Result:
    """`size` counts transactions; articles and customers shrink with it."""
    share = (size or FULL["transactions"]) / FULL["transactions"]
    sizes = {name: max(LEAST[name], round(count * share)) for name, count in FULL.items()}
    # As in the demo: static files need no manifest.
    os.environ["DEMO"] = "1"
    with shop(sizes):
        client = superuser()
        taken = {page: measure(paths, client) for page, paths in pages(1 if size else 9).items()}
    plot(taken)
    return Result(
        name="admin",
        sizes={**sizes, "requests_per_page": REQUESTS},
        figures={
            f"{page}_p{part}_ms": float(np.percentile(times, part))
            for page, times in taken.items()
            for part in (50, 95)
        },
        ratios={},
    )


def superuser() -> "Client":
    from django.contrib.auth.models import User
    from django.test import Client

    user, _ = User.objects.get_or_create(
        username="benchmark", defaults={"is_staff": True, "is_superuser": True}
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def pages(depth: int) -> Mapping[str, list[str]]:
    """The addresses asked for of each page, drawn anew for each; lists `depth` pages deep."""
    from catalog.ingest import partitions
    from catalog.models import Article, Customer, ProductType, Transaction

    draw = random.Random(1)
    articles = list(Article.objects.popular().values_list("pk", flat=True)[:5000])
    customers = [draw.randint(1, Customer.objects.latest("pk").pk) for _ in range(REQUESTS)]
    hashes = list(Customer.objects.filter(pk__in=customers).values_list("customer_id", flat=True))
    types = list(ProductType.objects.values_list("pk", flat=True))
    months = [f"{partitions.month_of(table):%Y-%m}" for table in partitions.attached()]
    lines = [
        line
        for key in draw.sample(articles, REQUESTS)
        for line in Transaction.objects.filter(article=key).values_list("pk", flat=True)[:1]
    ]

    def some(choices: list[object]) -> list[object]:
        return [draw.choice(choices) for _ in range(REQUESTS)]

    def listed(model: str, *queries: str) -> list[str]:
        return [f"/admin/catalog/{model}/?{query}" for query in queries]

    def changed(model: str, keys: list[object]) -> list[str]:
        return [f"/admin/catalog/{model}/{key}/change/" for key in keys]

    words = ("dress", "black jeans", "striped top", "socks")
    return {
        "first_page": ["/admin/"] * REQUESTS,
        "articles": listed("article", *[f"p={n % depth + 1}" for n in range(REQUESTS)]),
        "articles_of_type": listed(
            "article", *[f"product_type__id__exact={t}" for t in some([*types])]
        ),
        "articles_searched": listed("article", *[f"q={w}" for w in some([*words])]),
        "article": changed("article", some([*articles])),
        "products": listed("product", *[f"p={n % depth + 1}" for n in range(REQUESTS)]),
        "customers": listed("customer", *[f"p={n % depth + 1}" for n in range(REQUESTS)]),
        "customers_searched": listed("customer", *[f"q={str(h)[:8]}" for h in some([*hashes])]),
        "customer": changed("customer", [*customers]),
        "transactions": listed("transaction", *[f"p={n % depth + 1}" for n in range(REQUESTS)]),
        "transactions_of_month": listed("transaction", *[f"month={m}" for m in some([*months])]),
        "transactions_of_article": listed(
            "transaction", *[f"article={a}" for a in some([*articles])]
        ),
        "transactions_of_customer": listed("transaction", *[f"customer={c}" for c in customers]),
        "transactions_searched": listed("transaction", *[f"q={h}" for h in some([*hashes])]),
        "transaction": changed("transaction", [*lines]),
        "recommended_with_article": [
            f"/admin/recommendations/modelversion/with/{key}/" for key in some([*articles])
        ],
        "recommended_to_customer": [
            f"/admin/recommendations/modelversion/to/{key}/" for key in customers
        ],
    }


def plot(taken: Mapping[str, list[float]]) -> None:
    """The times of each page, and the goal."""
    figure, axis = pyplot.subplots(figsize=(8, 5), layout="constrained")
    axis.boxplot(list(taken.values()), orientation="horizontal", whis=(5, 95), showfliers=False)
    axis.set(
        yticks=range(1, len(taken) + 1),
        yticklabels=[page.replace("_", " ") for page in taken],
        xlabel="ms (box: quartiles, whiskers: 5 % and 95 %)",
    )
    axis.invert_yaxis()
    axis.axvline(GOAL_MS, linestyle="--", linewidth=1, label=f"goal: {GOAL_MS} ms")
    axis.legend(fontsize="small")
    axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(RESULTS / "admin.svg", metadata={"Date": None})
    pyplot.close(figure)
