"""The kinds of recommendation: for each its strategies, from the best to what is left.

| kind | strategies |
|---|---|
| similar | content_neighbours; postgres_same_type without a bundle that knows the article |
| for-you | live_neighbours; bundle_popularity for somebody new; postgres_popularity |
| because-you-viewed | live_neighbours; nothing without a view |
| trending | live_trends, filled up with bundle_popularity; postgres_popularity |
| new-in | bundle_new_in; postgres_newest |
| recently-viewed | live_views; nothing without Redis |

A kind is `degraded` when a part that it should have asked was away, not when a shopper is new.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommendations import candidates, fallbacks
from recommendations.bundle.reader import ABSENT, Bundle, Ints, Lists
from recommendations.candidates import Candidates
from recommendations.diversity import diverse
from recommendations.ranking import rank
from recommendations.shelf import Found, Item
from streaming.state import Recent, ShopperState
from streaming.store import Snapshot

PURCHASED_DAYS = 30
DAY_MS = 86_400_000
# What was looked at this lately is in the shopper's mind, and on the shelf "recently viewed".
JUST_VIEWED_MS = 30 * 60_000
POPULAR = "Popular right now"
CAUSES = {
    "view": "Because you viewed {}",
    "click": "Because you viewed {}",
    "bag_add": "Because you put {} in your bag",
    "purchase": "Because you bought {}",
}


@dataclass(frozen=True)
class Ask:
    """A request and the parts that are there to answer it."""

    k: int
    article: int | None
    index_group: int | None
    bundle: Bundle | None
    live: Snapshot | None

    @property
    def state(self) -> ShopperState:
        return self.live.state if self.live else ShopperState()


@dataclass(frozen=True)
class Kind:
    """`live` says whether the kind looks at Redis, `article` whether it is about one."""

    title: str
    find: Callable[[Ask], Found]
    live: bool = False
    article: bool = False


# --- similar, because you viewed ---------------------------------------------------------------


def similar(ask: Ask) -> Found:
    if ask.article is None:
        raise ValueError("similar items need an article")
    row = row_of(ask.bundle, ask.article)
    if ask.bundle is None or row is None:
        found = fallbacks.of_same_type(ask.article, ask.k)
        return Found("postgres_same_type", "Of the same type", found, degraded=True)
    near = candidates.of_article(ask.bundle, row)
    items = [
        replace(item, reason=likeness(ask.bundle, row, item.article))
        for item in shown(ask, ask.bundle, near, "", exclude=())
    ]
    return Found("content_neighbours", "Alike in type, style, colour and words", items)


def likeness(bundle: Bundle, row: int, article: int) -> str:
    """What two articles have in common, in words."""
    other = int(bundle.rows_of([article])[0])
    same_type = bundle.product_type[row] == bundle.product_type[other]
    same_colour = bundle.colour_master[row] == bundle.colour_master[other]
    if same_type:
        return "Same type and colour" if same_colour else "Same type"
    return "Same colour, similar style" if same_colour else "Similar style"


def because_you_viewed(ask: Ask) -> Found:
    """The nearest of the article viewed last that isn't the one on the page."""
    bundle = ask.bundle
    seen = [article for article in viewed(ask.state) if article != ask.article]
    row = next((row for article in seen if (row := row_of(bundle, article)) is not None), None)
    if bundle is None or row is None:
        return Found("live_neighbours", "", degraded=bundle is None or ask.live is None)
    near = candidates.of_article(bundle, row)
    reason = f"Because you viewed {bundle.name(row)}"
    items = shown(ask, bundle, near, reason, unwanted(ask))
    return Found("live_neighbours", reason, items, title=reason)


def shown(
    ask: Ask, bundle: Bundle, near: Candidates, reason: str, exclude: Iterable[int]
) -> list[Item]:
    kept = places(ask, bundle, near.rows, exclude)
    return [Item(int(bundle.article[near.rows[p]]), float(near.scores[p]), reason) for p in kept]


# --- for you -----------------------------------------------------------------------------------


def for_you(ask: Ask) -> Found:
    """Near what the shopper did last, blended with what their audience buys."""
    if ask.bundle is None:
        items = fallbacks.popular(ask.index_group, hidden(ask, unwanted(ask)), ask.k)
        return Found("postgres_popularity", POPULAR, items, degraded=True)
    bundle, now_ms = ask.bundle, ask.live.now_ms if ask.live else 0
    personal = candidates.of_recents(bundle, ask.state.recents, now_ms)
    ranking = rank(personal, candidates.of_popularity(bundle, audience(ask)))
    kept = places(ask, bundle, ranking.rows, unwanted(ask), per_type=(ask.k + 1) // 2)
    why = reasons(bundle, ask.state.recents)
    items = [
        Item(
            int(bundle.article[ranking.rows[p]]),
            float(ranking.scores[p]),
            why.get(int(ranking.cause[p]), POPULAR),
        )
        for p in kept
    ]
    if len(personal):
        return Found("live_neighbours", "From what you looked at and bought last", items)
    return Found("bundle_popularity", POPULAR, items, degraded=ask.live is None)


def audience(ask: Ask) -> dict[int, float]:
    if ask.index_group is not None:
        return {ask.index_group: 1.0}
    return candidates.audience_of(ask.state.affinities.get("index_group", {}))


def reasons(bundle: Bundle, recents: Sequence[Recent]) -> dict[int, str]:
    """What to say of each article the shopper acted on, by its row; their last action counts."""
    last = recents[: candidates.LAST_ACTIONS]
    rows = bundle.rows_of([recent.article for recent in last]).tolist()
    pairs = [(row, recent) for row, recent in zip(rows, last, strict=True) if row != ABSENT]
    return {row: CAUSES[recent.kind].format(bundle.name(row)) for row, recent in reversed(pairs)}


def unwanted(ask: Ask) -> set[int]:
    """What lies in the bag, was bought in the last days, or was looked at just now."""
    now_ms = ask.live.now_ms if ask.live else 0
    patience = {
        "purchase": PURCHASED_DAYS * DAY_MS,
        "view": JUST_VIEWED_MS,
        "click": JUST_VIEWED_MS,
    }
    done = {r.article for r in ask.state.recents if now_ms - r.ts < patience.get(r.kind, 0)}
    return done | set(ask.state.bag)


# --- trending, new in, recently viewed -----------------------------------------------------------


def trending(ask: Ask) -> Found:
    """What is viewed, put into bags and bought now, then what sold best up to the last training."""
    now = [Item(article, score, "Trending now") for article, score in live_trends(ask)]
    lately, strategy = popular_lately(ask)
    items = distinct(ask.bundle, [*now, *lately], ask.k)
    away = ask.live is None or (ask.bundle is None and len(now) < ask.k)
    reason = "What shoppers look at and buy now" if now else POPULAR
    return Found("live_trends" if now else strategy, reason, items, degraded=away)


def live_trends(ask: Ask) -> list[tuple[int, float]]:
    trends = ask.live.trending if ask.live else []
    return [(article, score) for article, score in trends if article != ask.article]


def popular_lately(ask: Ask) -> tuple[list[Item], str]:
    if ask.bundle is None:
        found = fallbacks.popular(ask.index_group, hidden(ask), ask.k)
        return found, "postgres_popularity"
    lists = (ask.bundle.popular, ask.bundle.popular_by_index_group)
    return listed(ask, ask.bundle, lists, POPULAR), "bundle_popularity"


def new_in(ask: Ask) -> Found:
    bundle = ask.bundle
    if bundle is not None:
        items = listed(ask, bundle, (bundle.new, bundle.new_by_index_group), "New in")
        if items:
            return Found("bundle_new_in", "Arrived in the last weeks", items)
    newest = fallbacks.newest(ask.index_group, hidden(ask), ask.k)
    return Found("postgres_newest", "Last to arrive", newest, degraded=bundle is None)


def recently_viewed(ask: Ask) -> Found:
    articles = [article for article in viewed(ask.state) if article != ask.article][: ask.k]
    items = [Item(article, 1.0 / place) for place, article in enumerate(articles, start=1)]
    return Found("live_views", "What you looked at last", items, degraded=ask.live is None)


# --- shared --------------------------------------------------------------------------------------


def viewed(state: ShopperState) -> list[int]:
    """Articles viewed or clicked, each once, newest first."""
    return list(dict.fromkeys(r.article for r in state.recents if r.kind in ("view", "click")))


def hidden(ask: Ask, exclude: Iterable[int] = ()) -> set[int]:
    """`exclude`, and the article on the page."""
    return {*exclude, *([] if ask.article is None else [ask.article])}


def row_of(bundle: Bundle | None, article: int) -> int | None:
    if bundle is None:
        return None
    row = int(bundle.rows_of([article])[0])
    return None if row == ABSENT else row


def places(
    ask: Ask, bundle: Bundle, rows: Ints, exclude: Iterable[int], per_type: int | None = None
) -> list[int]:
    """Which k of the rows to show: on sale, of the audience asked for, not excluded, diverse."""
    wanted = bundle.on_sale[rows]
    if ask.index_group is not None:
        wanted = wanted & (bundle.index_group[rows] == ask.index_group)
    if out := hidden(ask, exclude):
        wanted = wanted & ~np.isin(rows, bundle.rows_of(list(out)))
    left = np.flatnonzero(wanted)
    chosen = diverse(bundle, rows[left], ask.k, per_type or ask.k)
    return [int(left[place]) for place in chosen]


def listed(ask: Ask, bundle: Bundle, lists: tuple[Lists, Lists], reason: str) -> list[Item]:
    """The head of a list of the bundle: of one audience where it is asked for, else overall."""
    overall, by_group = lists
    one = ask.index_group
    rows, scores = overall.of(int(overall.keys[0])) if one is None else by_group.of(one)
    kept = places(ask, bundle, rows, exclude=())
    return [Item(int(bundle.article[rows[p]]), float(scores[p]), reason) for p in kept]


def distinct(bundle: Bundle | None, items: list[Item], k: int) -> list[Item]:
    """The first k items, one of each article and, where a bundle knows it, one of each design."""
    articles = [item.article for item in items]
    designs = articles if bundle is None else designs_of(bundle, articles)
    first: dict[int, Item] = {}
    for design, item in zip(designs, items, strict=True):
        first.setdefault(design, item)
    return list(first.values())[:k]


def designs_of(bundle: Bundle, articles: list[int]) -> list[int]:
    """The design of each article; one that the bundle doesn't know is a design of its own."""
    rows = bundle.rows_of(articles)
    designs = bundle.design[rows]
    return [int(d) if row >= 0 else -a for d, row, a in zip(designs, rows, articles, strict=True)]


KINDS = {
    "similar": Kind("Similar items", similar, article=True),
    "for-you": Kind("For you", for_you, live=True),
    "because-you-viewed": Kind("Because you viewed", because_you_viewed, live=True),
    "trending": Kind("Trending now", trending, live=True),
    "new-in": Kind("New in", new_in),
    "recently-viewed": Kind("Recently viewed", recently_viewed, live=True),
}
