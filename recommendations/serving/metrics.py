"""Prometheus metrics of recommendations: how many, by kind and strategy, and their latency."""

import time
from functools import cache
from typing import Final

from prometheus_client import Counter, Histogram

from recommendations.recommenders.shelf import Shelf

SHELVES: Final = Counter(
    "recommendations",
    "shelves served; degraded: a part that should have been asked was down",
    ["kind", "strategy", "degraded"],
)
SECONDS: Final = Histogram(
    "recommendation_seconds",
    "time to fill a shelf",
    ["kind"],
    buckets=(0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0),
)


def served(shelf: Shelf, since: float) -> Shelf:
    """Count a shelf whose request began at `since` (time.perf_counter)."""
    shelves, seconds = _of(shelf.kind, shelf.strategy, shelf.degraded)
    shelves.inc()
    seconds.observe(time.perf_counter() - since)
    return shelf


@cache
def _of(kind: str, strategy: str, degraded: bool) -> tuple[Counter, Histogram]:
    """There are only a few label sets; the client's lookup is by text and under a lock."""
    return SHELVES.labels(kind, strategy, "yes" if degraded else "no"), SECONDS.labels(kind)
