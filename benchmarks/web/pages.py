"""Server time of the shop's four main pages and of suggestions, with the whole catalogue ingested.

Each request is for another article, listing or query.
"""

import itertools
from collections.abc import Mapping

import numpy as np

from benchmarks.harness import Result
from benchmarks.shop import FULL, with_full_catalogue
from benchmarks.web import server_time

REQUESTS = 200
# The tail latency matters: a few queries of each kind, including misspelt ones and words that most
# articles have, in several languages.
WORDS = (
    *("dress", "black jeans", "drses", "leggins", "demin jaket", "striped top", "socks"),
    *("blue", "cotton", "t-shirt with print", "red shoes under 20", "schwarze Hose"),
    *("something warm for a toddler", "jacket without hood", "robe rouge", "quirky jade dress"),
)
SORTS = ("popular", "newest", "cheapest")
GOALS_MS = {"goal of p95": 15, "goal of p95, search": 40}


def run(size: int | None) -> Result:
    """`size` counts articles; customers and transactions scale with it."""
    sizes = with_full_catalogue((size or FULL["articles"]) / FULL["articles"])
    return server_time.run("pages", sizes, GOALS_MS, pages, server_time.anonymous_client)


def pages() -> Mapping[str, list[str]]:
    """The URLs requested for each page."""
    from catalog.navigation import menu
    from catalog.search.facet_index import facet_index

    goods, groups = facet_index(), [node.pk for node in menu()]
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
        "suggestions": [f"/search/suggest/?q={typed}" for typed in typing()],
        "product": [f"/article/{key:010d}/" for key in chosen],
    }


def typing() -> list[str]:
    """What stands in the search field while WORDS are typed."""
    begun = [word[:n].replace(" ", "+") for word in WORDS for n in range(2, len(word) + 1)]
    return begun[:REQUESTS]


def listing(group: int, number: int) -> str:
    """A listing with three facets, two common values each, in alternating orders."""
    from catalog.search.facet_index import facet_index

    goods = facet_index()
    chosen = [goods.facets[(number + n) % len(goods.facets)] for n in range(3)]
    query = [
        f"{facet.key}={option.value}"
        for facet in chosen
        for option in goods.options(facet, goods.within([group]), {})[:2]
    ]
    return f"/shop/{group}/?sort={SORTS[number % len(SORTS)]}&" + "&".join(query)
