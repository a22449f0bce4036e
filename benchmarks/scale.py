"""What ten, a hundred and a thousand times the shop needs: a queueing model with measured costs.

The costs are those of benchmarks/results. A small discrete-event simulation gives response times
for a number of cores; it is checked against measured points that it was not fitted to.
"""

import heapq
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib import pyplot

from benchmarks import plots
from benchmarks.harness import RESULTS, Result
from benchmarks.shop import FULL
from web.json_types import Json

TIMES: Final = (1, 10, 100, 1000)
# The shop at 1 ×: H&M's two years of sales, and what shoppers do around each sale.
SALES: Final = FULL["transactions"]
CUSTOMERS: Final = FULL["customers"]
DAYS: Final = 734
EVENTS_PER_SALE: Final = 20
# The busiest second of a year against the average one.
PEAK: Final = 10
# Workers are busy for this share of the time at the peak, so that they can catch up.
BUSY: Final = 0.6
PAGE_P95_S: Final = 0.1
REQUESTS: Final = 20_000
FITTED: Final = "bare"
CHECKED: Final = ("for_you", "similar")
CLIENTS: Final = 16
CORES: Final = 2
# A pod of the feature store, and a machine for training in memory.
STORE_GB: Final = 16
MEMORY_GB: Final = 24


@dataclass(frozen=True)
class Costs:
    """Seconds of a worker per event, and of a core per event (with its share of Redis and broker),
    page, sale trained and customer exported; bytes per customer and sale."""

    event_s: float
    event_core_s: float
    page_s: float
    train_s: float
    export_s: float
    customer_bytes: float
    sale_bytes: float


def costs() -> Costs:
    stream, pages, training = (figures(name) for name in ("stream", "pages", "training"))
    return Costs(
        event_s=1 / stream["one_worker_process_per_s"],
        # Two workers keep both cores busy, together with what they read from and write to.
        event_core_s=CORES / stream["two_worker_processes_per_s"],
        page_s=pages["product_p50_ms"] / 1000,
        train_s=training["train_s"] * CORES / SALES,
        export_s=CORES / training["exported_per_s"],
        customer_bytes=stream["bytes_per_customer"],
        sale_bytes=training["peak_mb"] * 2**20 / SALES,
    )


def figures(name: str) -> dict[str, float]:
    found: Json = json.loads((RESULTS / f"{name}.json").read_text())
    return dict(found["figures"])


# --- the model ------------------------------------------------------------------------------------


def service_times(mean: float, variation: float, rng: np.random.Generator) -> Iterator[float]:
    """Gamma-distributed seconds with a coefficient of variation."""
    shape = 1 / variation**2
    while True:
        yield from rng.gamma(shape, mean / shape, 1024).tolist()


def open_queue(arrivals: Sequence[float], cores: int, service: Iterator[float]) -> list[float]:
    """Response times of requests that come at these moments, first come, first served."""
    free = [0.0] * cores
    found = []
    for moment in arrivals:
        end = max(moment, heapq.heappop(free)) + next(service)
        heapq.heappush(free, end)
        found.append(end - moment)
    return found


def closed_queue(clients: int, cores: int, service: Iterator[float], requests: int) -> list[float]:
    """Response times where each client sends its next request when it has its answer."""
    ready, free = [0.0] * clients, [0.0] * cores
    found = []
    for _ in range(requests):
        moment = heapq.heappop(ready)
        end = max(moment, heapq.heappop(free)) + next(service)
        heapq.heappush(free, end)
        heapq.heappush(ready, end)
        found.append(end - moment)
    return found


def measured_clients(rate: float, variation: float) -> tuple[float, float]:
    """Median and 99th percentile in ms, of CLIENTS that together get `rate` answers a second."""
    rng = np.random.default_rng(1)
    service = service_times(CORES / rate, variation, rng)
    found = closed_queue(CLIENTS, CORES, service, REQUESTS)
    middle, late = np.percentile(found, [50, 99]) * 1000
    return float(middle), float(late)


def fitted_variation(serving: Mapping[str, float]) -> float:
    """The variation that explains the simplest view's 99th percentile."""
    rate, late = serving[f"{FITTED}_rps"], serving[f"{FITTED}_p99_ms"]
    tried = [step / 20 for step in range(2, 40)]
    return min(tried, key=lambda own: abs(measured_clients(rate, own)[1] - late))


def p95(rate: float, cores: int, page_s: float, variation: float) -> float:
    """The 95th percentile of response times in seconds at Poisson arrivals."""
    rng = np.random.default_rng(2)
    arrivals = np.cumsum(rng.exponential(1 / rate, REQUESTS)).tolist()
    found = open_queue(arrivals, cores, service_times(page_s, variation, rng))
    return float(np.percentile(found, 95))


def cores_for(rate: float, page_s: float, variation: float) -> int:
    """The fewest cores that answer 95 % of pages within PAGE_P95_S, doubled on, then halved."""
    low = max(1, math.ceil(rate * page_s))
    high = low
    while p95(rate, high, page_s, variation) > PAGE_P95_S:
        high = math.ceil(high * 1.2) + 1
    while low < high:
        middle = (low + high) // 2
        if p95(rate, middle, page_s, variation) <= PAGE_P95_S:
            high = middle
        else:
            low = middle + 1
    return high


def needs(times: int, own: Costs, variation: float) -> dict[str, float]:
    """What the shop at so many times its size needs."""
    sales, customers = SALES * times, CUSTOMERS * times
    events = sales / DAYS * EVENTS_PER_SALE / 86_400 * PEAK
    features_gb = customers * own.customer_bytes / 2**30
    return {
        "events_per_s": events,
        "stream_workers": math.ceil(events * own.event_s / BUSY),
        "stream_cores": events * own.event_core_s / BUSY,
        "web_cores": cores_for(events, own.page_s, variation),
        "features_gb": features_gb,
        "store_masters": math.ceil(features_gb / STORE_GB),
        "training_core_hours": sales * own.train_s / 3600,
        "export_core_hours": customers * own.export_s / 3600,
        "training_gb_in_memory": sales * own.sale_bytes / 2**30,
    }


def run(size: int | None) -> Result:
    """`size` is the largest multiple of the shop."""
    own, serving = costs(), figures("serving")
    variation = fitted_variation(serving)
    found: dict[str, float] = {"service_variation": variation}
    ratios = {}
    for name in CHECKED:
        rate = serving[f"{name}_rps"]
        for part, value in zip(("p50", "p99"), measured_clients(rate, variation), strict=True):
            ratios[f"{name}_{part}_simulated_vs_measured"] = value / serving[f"{name}_{part}_ms"]
    multiples = [times for times in TIMES if times <= (size or TIMES[-1])]
    for times in multiples:
        for name, value in needs(times, own, variation).items():
            found[f"{name}_at_{times}x"] = value
    found["in_memory_training_up_to"] = MEMORY_GB * 2**30 / (SALES * own.sale_bytes)
    plot(own, variation)
    return Result("scale", {"times": multiples[-1]}, found, ratios)


def plot(own: Costs, variation: float) -> None:
    """95th percentile of a page over the shop's size, for some numbers of cores."""
    figure, axis = pyplot.subplots(figsize=(7, 3.4), layout="constrained")
    at_once = needs(1, own, variation)["events_per_s"]
    for cores in (4, 32, 256, 2560):
        most = BUSY * 1.6 * cores / own.page_s / at_once
        sizes = [most * share / 12 for share in range(1, 13)]
        late = [p95(at_once * size, cores, own.page_s, variation) * 1000 for size in sizes]
        axis.plot(sizes, late, marker=".", label=f"{cores} cores")
    axis.axhline(PAGE_P95_S * 1000, color="grey", linestyle=":", label="goal")
    axis.set(xscale="log", xlabel="× the shop, at the busiest second", ylabel="page, p95 in ms")
    axis.set(ylim=(0, 200))
    axis.legend(fontsize="small")
    plots.save(figure, "scale")
