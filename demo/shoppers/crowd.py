"""A crowd of simulated shoppers."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Final

import aiohttp
import numpy as np

from demo.shoppers.browser import Browser, ShopError
from demo.shoppers.choice import WITH_GOAL, ShopperModel
from demo.shoppers.ground_truth import GroundTruth
from demo.shoppers.shelf_visit import ShelfVisit
from demo.shoppers.shopper import ShelfImpression, Visit
from web.json_types import Json

Panel = tuple[int, int]
# Cents per visit: log-normal around sixty euros.
BUDGET: Final = (6000.0, 0.6)


@dataclass(frozen=True)
class Plan:
    """`shoppers` come, at most `at_once` at a time; each waits `think_s` on average between two
    pages. The share `known` signs in as the customer whose taste they have. `panel` n of m: only
    every m-th customer, so that the shop doesn't remember them from another crowd. With `only` they
    request that kind of shelf from the API and open no pages; then after a share `finds` of the
    looks they open an article they found elsewhere, and if the taste `turns` they shop for somebody
    else from halfway on."""

    shop: str
    shoppers: int
    at_once: int
    think_s: float
    known: float
    seed: int
    only: str | None = None
    panel: Panel = (0, 1)
    finds: float = 0.0
    turns: bool = False


@dataclass(repr=False)  # asyncio.run renders the task's result, which would take minutes
class Crowd:
    """The result. `seconds` by kind of page; `full`: only those while the shop was at its limit,
    which was for `full_s` in total; `failures` by message."""

    places: int
    visits: list[Visit] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    full: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    full_s: float = 0.0
    inside: int = 0
    full_since: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)

    def looked(self, widget: str | None = None) -> list[ShelfImpression]:
        shelves = [one for visit in self.visits for one in visit.looked]
        return [one for one in shelves if widget in (None, one.widget)]

    def report_progress(self, kind: str, seconds: float, status: int) -> None:
        self.seconds[kind].append(seconds)
        if self.inside == self.places:
            self.full[kind].append(seconds)
        if status == 0 or status >= 400:
            self.failures[f"{kind}: {status or 'no answer'}"] += 1

    @contextmanager
    def one_more(self) -> Iterator[None]:
        self.inside += 1
        if self.inside == self.places:
            self.full_since = time.monotonic()
        try:
            yield
        finally:
            if self.inside == self.places:
                self.full_s += time.monotonic() - self.full_since
            self.inside -= 1


def run(plan: Plan, truth: GroundTruth, done: Callable[[], None] = lambda: None) -> Crowd:
    """`done` is called after each visit. The same seed sends the same shoppers."""
    return asyncio.run(_run(plan, truth, done))


async def _run(plan: Plan, truth: GroundTruth, done: Callable[[], None]) -> Crowd:
    crowd, places = Crowd(plan.at_once), asyncio.Semaphore(plan.at_once)
    customers = comers(plan, truth)
    async with aiohttp.TCPConnector(limit=0) as connector:

        async def one(number: int) -> None:
            async with places:
                with crowd.one_more():
                    await _visit(plan, truth, crowd, connector, number, customers[number])
            done()

        await asyncio.gather(*(one(number) for number in range(plan.shoppers)))
    return crowd


def comers(plan: Plan, truth: GroundTruth) -> list[int]:
    """Whose taste each shopper has: frequent buyers come early; nobody returns before all came.

    Sampling without replacement by exponential keys (Efraimidis, Spirakis, IPL 2006).
    """
    number, panels = plan.panel
    people = np.flatnonzero(truth.activity > 0)
    people = people[people % panels == number]
    keys = np.random.default_rng(plan.seed).exponential(1 / truth.activity[people])
    order: list[int] = people[np.argsort(keys)].tolist()
    return [order[number % len(order)] for number in range(plan.shoppers)]


async def _visit(
    plan: Plan,
    truth: GroundTruth,
    crowd: Crowd,
    connector: aiohttp.BaseConnector,
    number: int,
    customer: int,
) -> None:
    dice = Random(f"{plan.seed}/{number}")

    async def think() -> None:
        if plan.think_s > 0:
            await asyncio.sleep(dice.expovariate(1 / plan.think_s))

    mind = mind_of(truth, int(truth.cluster[customer]), dice)
    async with Browser(plan.shop, crowd.report_progress, connector) as browser:
        visit = Visit(number, browser, truth, mind, dice, think)
        if plan.only is not None:
            later = mind_of(truth, dice.randrange(len(truth.liking)), dice) if plan.turns else None
            of = (number, browser, truth, mind, dice, think)
            visit = ShelfVisit(*of, kind=plan.only, finds=plan.finds, later=later)
        crowd.visits.append(visit)
        await think()
        try:
            await visit.run(customer + 1 if dice.random() < plan.known else None)
        except ShopError as error:
            crowd.failures[str(error)] += 1


def mind_of(truth: GroundTruth, cluster: int, dice: Random) -> ShopperModel:
    """A shopper with this taste, a budget and possibly a goal."""
    middle, spread = BUDGET
    budget = int(middle * np.exp(dice.gauss(0, spread)))
    goal = int(truth.sort[truth.bought_at(cluster, dice.random())])
    return ShopperModel(cluster, budget, goal if dice.random() < WITH_GOAL else None)


def figures(crowd: Crowd) -> Json:
    """JSON-ready: visits, shelves by widget and strategy, seconds by page, failures."""
    visits = crowd.visits
    buyers = [visit for visit in visits if visit.bought]
    return {
        "visits": len(visits),
        "pages": sum(visit.pages for visit in visits),
        "clicks": sum(one.clicked is not None for one in crowd.looked()),
        "conversion": round(len(buyers) / len(visits), 4) if visits else None,
        "revenue": round(sum(visit.spent for visit in visits) / 100, 2),
        "shelves": by_shelf(crowd.looked()),
        "pages_ms": {kind: quantiles(seconds) for kind, seconds in sorted(crowd.seconds.items())},
        "failures": dict(crowd.failures),
    }


def by_shelf(looked: Sequence[ShelfImpression]) -> list[Json]:
    """Click-through and regret of each widget and strategy, most looked at first."""
    groups: dict[tuple[str, str], list[ShelfImpression]] = defaultdict(list)
    for one in looked:
        groups[one.widget, one.strategy].append(one)
    rows = [
        {
            "widget": widget,
            "strategy": strategy,
            "looked_at": len(of),
            "clicked": round(mean([one.clicked is not None for one in of]), 4),
            "value": round(mean([one.value for one in of]), 4),
            "regret": round(mean([one.best - one.value for one in of]), 4),
            "liking": round(mean([one.liking for one in of]), 3),
        }
        for (widget, strategy), of in groups.items()
    ]
    return sorted(rows, key=lambda row: -int(row["looked_at"]))


def mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def quantiles(seconds: Sequence[float]) -> Json:
    p50, p95, p99 = np.percentile(seconds, [50, 95, 99]) * 1000
    return {"n": len(seconds), "p50": round(p50, 1), "p95": round(p95, 1), "p99": round(p99, 1)}
