"""How quickly "for you" follows a shopper whose taste changes."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from random import Random
from typing import Final

import aiohttp
import numpy as np

from demo.shoppers.browser import Browser, Page, Shelf
from demo.shoppers.ground_truth import GroundTruth
from web.json_types import Json

BEFORE: Final = 5
AFTER: Final = 8
DRAWN: Final = 150  # opens one of the taste's top articles, of which there are this many
FOLLOWS_S: Final = 5.0  # limit on how long an event may take to reach the features
# Pause between pages, like a quick shopper: features have a resolution of one second, so that the
# order of two events within a second is lost.
PACE_S: Final = 1.1
AT_ONCE: Final = 10
POLL_S: Final = 0.05


@dataclass(frozen=True)
class Followed:
    """liking: after each event of the new taste, how much better the shelf suits the new taste than
    the old one, averaged over its cards, in standard deviations; preceded by the value before."""

    liking: list[float]

    @property
    def events(self) -> int | None:
        """How many events it takes until the shelf suits the new taste better than the old."""
        return next((n for n, gap in enumerate(self.liking) if n and gap > 0), None)


def measure(
    shop: str, shoppers: int, truth: GroundTruth, seed: int, done: Callable[[], None] = lambda: None
) -> list[Followed]:
    """Shoppers run a few at a time, independently. Raises ShopError."""
    return asyncio.run(_measure(shop, shoppers, truth, seed, done))


async def _measure(
    shop: str, shoppers: int, truth: GroundTruth, seed: int, done: Callable[[], None]
) -> list[Followed]:
    places = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.TCPConnector() as connector:

        async def one(number: int) -> Followed:
            dice = Random(f"{seed}/{number}")
            async with places, Browser(shop, lambda *_: None, connector) as browser:
                found = await _follow(browser, truth, dice)
            done()
            return found

        return await asyncio.gather(*(one(number) for number in range(shoppers)))


async def _follow(browser: Browser, truth: GroundTruth, dice: Random) -> Followed:
    old, new = two_tastes(truth, dice)
    for article in liked(truth, old, BEFORE, dice):
        await _open(browser, article)
    gaps = [_gap(truth, await _shelf(browser), old, new)]
    for article in liked(truth, new, AFTER, dice):
        await _open(browser, article)
        gaps.append(_gap(truth, await _shelf(browser), old, new))
    return Followed(gaps)


def two_tastes(truth: GroundTruth, dice: Random) -> tuple[int, int]:
    """Two clusters with different tastes: correlated less than most pairs."""
    clusters = range(len(truth.liking))
    pairs = [(dice.choice(clusters), dice.choice(clusters)) for _ in range(20)]
    old, new = min(pairs, key=lambda pair: alike(truth, *pair))
    return old, new


def alike(truth: GroundTruth, one: int, other: int) -> float:
    """The correlation of two clusters' likings."""
    matrix = np.atleast_2d(np.corrcoef(truth.liking[[one, other]]))
    return float(matrix[0, 1])


def liked(truth: GroundTruth, cluster: int, count: int, dice: Random) -> list[int]:
    """Articles drawn from the cluster's favourites."""
    best = np.argsort(-truth.liking[cluster])[:DRAWN].tolist()
    return [truth.ids[row] for row in dice.sample(best, count)]


async def _open(browser: Browser, article: int) -> None:
    """Open the page after a pause, and wait until the shop shows that the event has arrived."""
    await asyncio.sleep(PACE_S)
    await browser.get("product", f"/article/{article:010d}/")
    for _ in range(round(FOLLOWS_S / POLL_S)):
        seen = _named(await browser.get("fragment", "/widgets/recently-viewed/"), "recently-viewed")
        if seen is not None and seen.articles[0] == article:
            return
        await asyncio.sleep(POLL_S)


async def _shelf(browser: Browser) -> Sequence[int]:
    shelf = _named(await browser.get("fragment", "/widgets/for-you/"), "for-you")
    return shelf.articles if shelf else []


def _named(page: Page, widget: str) -> Shelf | None:
    return next((shelf for shelf in page.shelves() if shelf.widget == widget), None)


def _gap(truth: GroundTruth, articles: Sequence[int], old: int, new: int) -> float:
    rows = [truth.row[article] for article in articles if article in truth.row]
    if not rows:
        return 0.0
    return float((truth.liking[new, rows] - truth.liking[old, rows]).mean())


def figures(found: Sequence[Followed]) -> Json:
    """JSON-ready: events until the shelf follows, and the gap after each event (quartiles)."""
    events = [inf if one.events is None else one.events for one in found]
    gaps = np.array([one.liking for one in found])
    low, middle, high = np.percentile(gaps, [25, 50, 75], axis=0).round(3).tolist()
    median = float(np.median(events))
    return {
        "shoppers": len(found),
        "median": median if median < inf else None,
        "within_3": round(float(np.mean([n <= 3 for n in events])), 4),
        "never": round(float(np.mean([n == inf for n in events])), 4),
        "low": low,
        "middle": middle,
        "high": high,
    }
