"""Server time of the shop's four main pages with the whole catalogue ingested.

Time is what the shop itself takes for a request: Django's whole stack from the first middleware to
the last byte, in one process, one request after another, each for another article, place or word.
"""

import itertools
import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import pyplot

from benchmarks.harness import RESULTS, Result
from benchmarks.shop import shop, with_full_catalogue

if TYPE_CHECKING:
    from django.test import Client

ARTICLES = 105_542
REQUESTS = 200
WARM_UP = 20
# The longest tail matters: a few of each in turn, misspelt ones and what most articles have too.
WORDS = (
    *("dress", "black jeans", "drses", "leggins", "demin jaket", "striped top", "socks"),
    *("blue", "cotton", "t-shirt with print"),
)
SORTS = ("popular", "newest", "cheapest")
GOALS_MS = {"p50": 50, "p95": 100}


def run(size: int | None) -> Result:
    """`size` counts articles; customers and transactions shrink with it."""
    sizes = with_full_catalogue((size or ARTICLES) / ARTICLES)
    # As in the demo: static files need no manifest.
    os.environ["DEMO"] = "1"
    with shop(sizes):
        taken = {page: measure(paths) for page, paths in pages().items()}
    plot(taken)
    return Result(
        name="pages",
        sizes={**sizes, "requests_per_page": REQUESTS},
        figures={
            f"{page}_p{share}_ms": float(np.percentile(times, share))
            for page, times in taken.items()
            for share in (50, 95)
        },
        ratios={},
    )


def pages() -> Mapping[str, list[str]]:
    """The addresses asked for of each page."""
    from catalog.assortment import assortment
    from catalog.navigation import menu

    goods, groups = assortment(), [node.pk for node in menu()]
    products = [
        key
        for group in groups
        for key in goods.listed(goods.ordered(goods.within([group]), "popular"))
    ]
    chosen = np.random.default_rng(1).choice(products, REQUESTS).tolist()
    words = itertools.islice(itertools.cycle(WORDS), REQUESTS)
    return {
        "home": ["/"] * REQUESTS,
        "listing": [listing(groups[n % len(groups)], n) for n in range(REQUESTS)],
        "search": [f"/search/?q={word.replace(' ', '+')}" for word in words],
        "product": [f"/article/{key:010d}/" for key in chosen],
    }


def listing(group: int, number: int) -> str:
    """A place with three facets: two values each of the commonest, in one order after the other."""
    from catalog.assortment import assortment

    goods = assortment()
    chosen = [goods.facets[(number + n) % len(goods.facets)] for n in range(3)]
    query = [
        f"{facet.key}={option.value}"
        for facet in chosen
        for option in goods.options(facet, goods.within([group]), {})[:2]
    ]
    return f"/shop/{group}/?sort={SORTS[number % len(SORTS)]}&" + "&".join(query)


def measure(paths: list[str], client: "Client | None" = None) -> list[float]:
    """Milliseconds of each request after a few that warm the caches."""
    from django.test import Client

    client = client or Client(headers={"host": "localhost"})
    for path in paths[:WARM_UP]:
        client.get(path)
    taken = []
    for path in paths:
        start = time.perf_counter()
        response = client.get(path)
        taken.append((time.perf_counter() - start) * 1000)
        if response.status_code != 200:
            raise SystemExit(f"{path} answered {response.status_code}")
    return taken


def plot(taken: Mapping[str, list[float]]) -> None:
    """The times of each page, and the goals."""
    figure, axis = pyplot.subplots(figsize=(8, 3), layout="constrained")
    axis.boxplot(list(taken.values()), orientation="horizontal", whis=(5, 95), showfliers=False)
    axis.set(
        yticks=range(1, len(taken) + 1),
        yticklabels=list(taken),
        xlabel="ms (box: quartiles, whiskers: 5 % and 95 %)",
    )
    for name, goal in GOALS_MS.items():
        axis.axvline(goal, linestyle="--", linewidth=1, label=f"goal of {name}: {goal} ms")
    axis.legend(fontsize="small")
    axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(RESULTS / "pages.svg", metadata={"Date": None})
    pyplot.close(figure)
