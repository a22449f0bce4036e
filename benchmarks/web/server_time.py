"""Server time of a request: Django's whole stack from the first middleware to the last byte, in
one process, one request after another."""

import os
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks import plots
from benchmarks.harness import Result
from benchmarks.shop import shop

if TYPE_CHECKING:
    from django.test import Client

WARM_UP: Final = 20
Addresses = Mapping[str, list[str]]


def run(
    name: str,
    sizes: dict[str, int],
    goals_ms: Mapping[str, int],
    pages: Callable[[], Addresses],
    client: "Callable[[], Client]",
) -> Result:
    """Request each page's URLs in turn, in a shop of these sizes; the goals are plotted."""
    os.environ["DEMO"] = "1"  # static files need no manifest
    with shop(sizes):
        asker = client()
        taken = {page: measure(paths, asker) for page, paths in pages().items()}
    plots.boxes(name, taken, goals_ms, whiskers=5)
    figures = {
        f"{page}_p{share}_ms": float(np.percentile(times, share))
        for page, times in taken.items()
        for share in (50, 95)
    }
    requests = max(map(len, taken.values()))
    return Result(name, {**sizes, "requests_per_page": requests}, figures, ratios={})


def anonymous_client() -> "Client":
    from django.test import Client

    return Client(headers={"host": "localhost"})


def measure(paths: list[str], client: "Client") -> list[float]:
    """Milliseconds of each request, after a few to warm the caches."""
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
