"""Latency of the outfit endpoint for a bag of five, with a warm bundle and eight clients."""

import http.client
import json
import threading
import time

import numpy as np

from benchmarks.harness import Result
from benchmarks.processes import until_steady, web_server
from benchmarks.shop import shop, with_full_catalogue
from demo.services.ports import free_port

CLIENTS = 8
BAG = 5
REQUESTS = 2000
WARM_UP = 200


def run(size: int | None) -> Result:
    """`size` counts requests; below the default the catalogue is smaller, too."""
    requests = size or REQUESTS
    with shop(with_full_catalogue(min(1.0, requests / REQUESTS))) as stage:
        bags = random_bags(requests + WARM_UP)
        port = free_port(8750)
        with web_server("storefront.wsgi:application", port):
            until_steady(lambda: measure(port, bags[:WARM_UP])[1])
            taken, rate = measure(port, bags[WARM_UP:])
    p50, p95, p99 = np.percentile(taken, [50, 95, 99]) * 1000
    return Result(
        name="outfits",
        sizes={**stage.sizes, "requests": requests, "clients": CLIENTS, "articles_in_bag": BAG},
        figures={
            "p50_ms": float(p50),
            "p95_ms": float(p95),
            "p99_ms": float(p99),
            "requests_per_s": rate,
        },
        ratios={},
    )


def random_bags(count: int) -> list[bytes]:
    """Request bodies: five articles for one audience that are on sale and have been sold."""
    from recommendations.bundle import registry

    bundle = registry.active()
    if bundle is None:
        raise SystemExit("there is no active model: run train_recommendations first")
    rng = np.random.default_rng(1)
    sold = bundle.on_sale & (bundle.first_sold >= 0)
    groups = [
        rows
        for group in np.unique(bundle.index_group)
        if len(rows := np.flatnonzero((bundle.index_group == group) & sold)) >= BAG
    ]
    bodies = []
    for _ in range(count):
        rows = rng.choice(groups[int(rng.integers(len(groups)))], BAG, replace=False)
        ids = [f"{key:010d}" for key in bundle.article[rows].tolist()]
        bodies.append(json.dumps({"articles": ids}).encode())
    return bodies


def measure(port: int, bodies: list[bytes]) -> tuple[list[float], float]:
    """Seconds of each request, and requests per second; each of CLIENTS sends sequentially over a
    keep-alive connection."""
    start = time.perf_counter()
    taken: list[float] = []
    lines = [bodies[n::CLIENTS] for n in range(CLIENTS)]
    threads = [threading.Thread(target=client, args=(port, line, taken)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(bodies), "a client stopped before its end"
    return taken, len(taken) / (time.perf_counter() - start)


def client(port: int, bodies: list[bytes], taken: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for body in bodies:
        start = time.perf_counter()
        connection.request("POST", "/api/v1/outfits/", body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        text = reply.read()
        taken.append(time.perf_counter() - start)
        assert reply.status == 200, text[:200]
    connection.close()
