"""Simulated shoppers using the whole shop at once, and the page times they see.

Web server, stream, attribution and the shoppers share the machine. Times are measured by the
shoppers, from the request to the last byte, while the shop was at its limit of shoppers.
"""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.progress import Progress

from benchmarks import plots
from benchmarks.harness import Result
from benchmarks.processes import celery, web_server
from benchmarks.shop import FULL, shop, with_full_catalogue

if TYPE_CHECKING:
    from demo.shoppers.crowd import Crowd

SHOPPERS = 1200
AT_ONCE = 500
WARMING = 100
KNOWN = 0.5
PORT = 8787
WORKERS = 3  # as in docker-compose.yml
GOAL_MS = 100
# Short, so that 500 shoppers ask for more than 60 pages a second; with 20 s they ask for 32.
THINK_S = 8
PAGES = ("home", "product", "bag", "checkout")


def run(size: int | None) -> Result:
    """`size` counts articles; customers and transactions scale with it."""
    os.environ["DEMO"] = "1"  # shoppers sign in by name; static files need no manifest
    with (
        shop(with_full_catalogue((size or FULL["articles"]) / FULL["articles"])) as place,
        ExitStack() as running,
    ):
        running.enter_context(web_server("storefront.wsgi:application", PORT, WORKERS))
        for queue in ("stream", "attribution"):
            running.enter_context(celery(queue, name=queue))
        crowd = send(place.data)
    pages = {name: 1000 * np.array(crowd.full[name]) for name in PAGES if crowd.full[name]}
    all_of_them = np.concatenate(list(pages.values()))
    label = f"ms with {AT_ONCE} shoppers in the shop"
    plots.boxes("shoppers", pages, {"goal of p99": GOAL_MS}, whiskers=1, label=label)
    shares = {"p50": 50, "p95": 95, "p99": 99}
    of_each = {
        f"{page}_{name}_ms": float(np.percentile(times, share))
        for page, times in {"all": all_of_them, **pages}.items()
        for name, share in shares.items()
    }
    return Result(
        name="shoppers",
        sizes={**place.sizes, "shoppers": SHOPPERS, "at_once": AT_ONCE, "think_s": THINK_S},
        figures={
            **of_each,
            "seconds_with_all_inside": crowd.full_s,
            "pages_per_s": len(all_of_them) / crowd.full_s,
            "requests_per_s": sum(map(len, crowd.full.values())) / crowd.full_s,
            "failures": float(sum(crowd.failures.values())),
        },
        ratios={"p99_to_goal": float(np.percentile(all_of_them, 99)) / GOAL_MS},
    )


def send(data: Path) -> "Crowd":
    """A quick crowd first, to warm the caches, then the measured one."""
    from demo.shoppers import ground_truth
    from demo.shoppers.crowd import Plan, run

    address, truth = f"http://127.0.0.1:{PORT}", ground_truth.read(data)
    run(Plan(address, WARMING, 4, 0.0, KNOWN, seed=2), truth)
    plan = Plan(address, SHOPPERS, AT_ONCE, float(THINK_S), KNOWN, seed=1)
    with Progress(transient=True) as progress:
        task = progress.add_task("Shoppers", total=SHOPPERS)
        return run(plan, truth, lambda: progress.advance(task))
