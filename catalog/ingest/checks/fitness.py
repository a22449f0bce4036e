"""Which features a data set is large enough for, determined while its sales are read. Pure."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from catalog.ingest.checks.quality import Quality
from catalog.ingest.cleaning.transactions import Transactions

# One week is held out for evaluation; the ranker learns from the weeks before.
WEEKS_TO_EVALUATE, WEEKS_FOR_RANKER = 2, 5
BASKETS_FOR_OUTFITS = 1000
RETURNING_FOR_AGAIN = 100
NEVER = -1


class Fitness:
    """Counts baskets with several articles and returning customers, block by block."""

    def __init__(self, customers: int, articles: int) -> None:
        self.customers, self.articles = customers, articles
        self.first_day = np.full(customers, NEVER, dtype=np.int32)
        self.returning = np.zeros(customers, dtype=bool)
        self.sold = np.empty(0, dtype=np.int32)
        self.baskets = 0

    def add(self, found: Transactions) -> None:
        if not len(found.days):
            return
        first = self.first_day[found.customers]
        self.returning[found.customers[(first != NEVER) & (first != found.days)]] = True
        order = np.lexsort((found.articles, found.days, found.customers))
        who, day, what = (column[order] for column in (found.customers, found.days, found.articles))
        same = (who[1:] == who[:-1]) & (day[1:] == day[:-1])
        self.returning[who[1:][(who[1:] == who[:-1]) & ~same]] = True
        several = same & (what[1:] != what[:-1])
        self.baskets += len(np.unique(who[1:][several].astype(np.int64) << 32 | day[1:][several]))
        new = self.first_day[who[::-1]] == NEVER
        self.first_day[who[::-1][new]] = day[::-1][new]
        self.sold = np.union1d(self.sold, found.articles)

    def describe(self, quality: Quality, pictured: int) -> Iterator[str]:
        """One line per feature that the data support, or don't yet."""
        buyers = int(np.count_nonzero(self.first_day != NEVER))
        yield (
            f"{len(self.sold):,} of {self.articles:,} articles were sold, {pictured:,} have a "
            f"picture; {buyers:,} of {self.customers:,} customers bought."
        )
        yield verdict(
            "ranker and evaluation", weeks_of(quality), WEEKS_FOR_RANKER, "weeks of sales",
            WEEKS_TO_EVALUATE,
        )  # fmt: skip
        yield verdict("outfits", self.baskets, BASKETS_FOR_OUTFITS, "baskets of several articles")
        returning = int(np.count_nonzero(self.returning))
        yield verdict("buy again", returning, RETURNING_FOR_AGAIN, "customers who came back")


def weeks_of(quality: Quality) -> int:
    """Whole weeks from the first sale to the last."""
    days = quality.get("day")
    if not days:
        return 0
    return ((date.fromisoformat(days["last"]) - date.fromisoformat(days["first"])).days + 1) // 7


def verdict(what: str, have: int, need: int, unit: str, least: int = 1) -> str:
    if have >= need:
        return f"{what}: {have:,} {unit}, enough."
    if have >= least:
        return f"{what}: works, on little: {have:,} {unit}, better {need:,} or more."
    return f"{what}: too small, {have:,} {unit}; it takes at least {least:,}, better {need:,}."
