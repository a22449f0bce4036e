"""How soon "for you" follows a shopper whose taste changes."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import aiohttp
import numpy as np

from storefront.simulator.browser import Browser, Page, Shelf
from storefront.simulator.minds import Minds

BEFORE: Final = 5
AFTER: Final = 8
DRAWN: Final = 150  # opens one of so many that the taste likes best
FOLLOWS_S: Final = 5.0  # how long an event may take to reach the features
POLL_S: Final = 0.05


@dataclass(frozen=True)
class Followed:
    """liking: after each event of the new taste, how much more the shelf pleases the new taste than
    the old one, on average over its cards, in standard deviations; first the moment before."""

    liking: list[float]

    @property
    def events(self) -> int | None:
        """After how many events the shelf is more the new taste's than the old one's."""
        return next((n for n, gap in enumerate(self.liking) if n and gap > 0), None)


def measure(
    shop: str, shoppers: int, minds: Minds, seed: int, done: Callable[[], None] = lambda: None
) -> list[Followed]:
    """One after the other: it is the shop's memory that is measured. Raise ShopError."""
    return asyncio.run(_measure(shop, shoppers, minds, seed, done))


async def _measure(
    shop: str, shoppers: int, minds: Minds, seed: int, done: Callable[[], None]
) -> list[Followed]:
    found = []
    async with aiohttp.TCPConnector() as connector:
        for number in range(shoppers):
            dice = Random(f"{seed}/{number}")  # noqa: S311
            async with Browser(shop, lambda *_: None, connector) as browser:
                found.append(await _follow(browser, minds, dice))
            done()
    return found


async def _follow(browser: Browser, minds: Minds, dice: Random) -> Followed:
    old, new = two_tastes(minds, dice)
    for article in liked(minds, old, BEFORE, dice):
        await _open(browser, article)
    gaps = [_gap(minds, await _shelf(browser), old, new)]
    for article in liked(minds, new, AFTER, dice):
        await _open(browser, article)
        gaps.append(_gap(minds, await _shelf(browser), old, new))
    return Followed(gaps)


def two_tastes(minds: Minds, dice: Random) -> tuple[int, int]:
    """Two clusters who like different things: their likings correlate less than most pairs' do."""
    clusters = range(len(minds.liking))
    pairs = [(dice.choice(clusters), dice.choice(clusters)) for _ in range(20)]
    old, new = min(pairs, key=lambda pair: alike(minds, *pair))
    return old, new


def alike(minds: Minds, one: int, other: int) -> float:
    """The correlation of what two clusters like."""
    matrix = np.atleast_2d(np.corrcoef(minds.liking[[one, other]]))
    return float(matrix[0, 1])


def liked(minds: Minds, cluster: int, count: int, dice: Random) -> list[int]:
    """Articles drawn from those that the cluster likes best."""
    best = np.argsort(-minds.liking[cluster])[:DRAWN].tolist()
    ids = list(minds.row)
    return [ids[row] for row in dice.sample(best, count)]


async def _open(browser: Browser, article: int) -> None:
    """Open its page, and wait until the shop shows that it heard."""
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


def _gap(minds: Minds, articles: Sequence[int], old: int, new: int) -> float:
    rows = [minds.row[article] for article in articles if article in minds.row]
    if not rows:
        return 0.0
    return float((minds.liking[new, rows] - minds.liking[old, rows]).mean())
