"""Server time of a request: Django's whole stack from the first middleware to the last byte, in
one process, one request after another."""

import os
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib import pyplot

from benchmarks.harness import RESULTS, Result
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
    plot(name, taken, goals_ms)
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


def plot(name: str, taken: Mapping[str, list[float]], goals_ms: Mapping[str, int]) -> None:
    """The times of each page, with the goals."""
    height = 1.5 + 0.25 * len(taken)
    figure, axis = pyplot.subplots(figsize=(8, height), layout="constrained")
    axis.boxplot(list(taken.values()), orientation="horizontal", whis=(5, 95), showfliers=False)
    axis.set(
        yticks=range(1, len(taken) + 1),
        yticklabels=[page.replace("_", " ") for page in taken],
        xlabel="ms (box: quartiles, whiskers: 5 % and 95 %)",
    )
    axis.invert_yaxis()
    for label, goal in goals_ms.items():
        axis.axvline(goal, linestyle="--", linewidth=1, label=f"{label}: {goal} ms")
    axis.legend(fontsize="small")
    axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(RESULTS / f"{name}.svg", metadata={"Date": None})
    pyplot.close(figure)
