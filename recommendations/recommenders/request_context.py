"""The context of a request for recommendations, and helpers that all kinds share."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, repeat

import numpy as np
from django.utils.translation import gettext_noop

from recommendations.bundle.reader import ABSENT, Bundle, Floats, Ints, Lists
from recommendations.ranking.diversity import diverse
from recommendations.ranking.goods import pictured_first
from recommendations.ranking.pipeline import JUST_BOUGHT_DAYS, is_in, recently_bought
from recommendations.recommenders.shelf import Item
from recommendations.retrieval.candidates import Candidates, Scores, caused_by
from recommendations.retrieval.profile import DAY_MS, Profile, after_history, profile_of
from streaming.events.actions import Action
from streaming.features.state import Recent
from streaming.features.store import Snapshot
from web.cache import per_owner

# A view this recent is still in the shopper's mind, and on the shelf "recently viewed".
JUST_VIEWED_MS = 30 * 60_000
# The age of actions is told at moments this far apart, so that the shelves of a page, and those of
# the next page if nothing happened, share one profile.
STEP_MS = 10_000
# Shoppers whose profile and shelf a process keeps.
MOST_KEPT = 500
POPULAR = gettext_noop("Popular right now")


@dataclass(frozen=True)
class RequestContext:
    """A request and the resources available to answer it.

    `customer` is the key of a known customer, `shopper` the id that seeds randomness, `on_page`
    the articles already on the page.
    """

    k: int
    article: int | None
    index_group: int | None
    bundle: Bundle | None
    live: Snapshot | None
    customer: int | None = None
    shopper: str | None = None
    on_page: Collection[int] = ()

    @property
    def recents(self) -> list[Recent]:
        return self.live.recents if self.live else []

    @property
    def bag(self) -> list[int]:
        return self.live.stored.bag if self.live else []

    @property
    def dislikes(self) -> list[int]:
        return self.live.dislikes if self.live else []

    @cached_property
    def profile(self) -> Profile:
        """The profile in rows of the bundle; raise ValueError without a bundle."""
        if self.bundle is None:
            raise ValueError("without a bundle there are no rows")
        moment = -(-now_of(self, self.bundle) // STEP_MS) * STEP_MS
        return profile_at(self.bundle, tuple(self.recents), self.customer, moment)


@per_owner(most=MOST_KEPT)
def profile_at(
    bundle: Bundle, recents: tuple[Recent, ...], customer: int | None, moment_ms: int
) -> Profile:
    """The same object for the same actions at the same moment, as its ranking is kept by it."""
    return profile_of(bundle, recents, customer, moment_ms)


def now_of(context: RequestContext, bundle: Bundle) -> int:
    """Event time in ms; with Redis down, the moment after the bundle's last day."""
    return context.live.now_ms if context.live else after_history(bundle)


def excluded_designs(context: RequestContext, bundle: Bundle) -> Ints:
    """The designs to hide in every colour: disliked, or on the page already."""
    rows = bundle.rows_of(list(excluded_articles(context)))
    designs: Ints = bundle.design.take(rows[rows != ABSENT])
    return designs


def recently_seen(context: RequestContext) -> set[int]:
    """Articles in the bag, or recently viewed or bought."""
    now_ms = context.live.now_ms if context.live else 0
    seen = {
        recent.article
        for recent in context.recents
        if recent.kind in (Action.VIEW, Action.CLICK) and now_ms - recent.ts < JUST_VIEWED_MS
    }
    return seen | set(context.bag) | bought_lately(context)


def bought_lately(context: RequestContext) -> set[int]:
    if context.bundle is None:
        now_ms = context.live.now_ms if context.live else 0
        bought = (r for r in context.recents if r.kind == Action.PURCHASE)
        return {r.article for r in bought if now_ms - r.ts < JUST_BOUGHT_DAYS * DAY_MS}
    return {int(context.bundle.article[row]) for row in recently_bought(context.profile)}


def items_to_show(
    context: RequestContext, bundle: Bundle, near: Candidates, reason: str, exclude: Iterable[int]
) -> list[Item]:
    kept = select_rows(context, bundle, near.rows, excluded_articles(context, exclude))
    return items_of(bundle, near.rows[kept], near.scores[kept], repeat(reason))


def items_of(
    bundle: Bundle, rows: Ints, scores: Floats | Scores, reasons: Iterable[str]
) -> list[Item]:
    articles = bundle.article[rows].tolist()
    return [Item(*parts) for parts in zip(articles, scores.tolist(), reasons, strict=False)]


def viewed(recents: Iterable[Recent]) -> list[int]:
    """Articles viewed or clicked, without duplicates, newest first."""
    return list(dict.fromkeys(r.article for r in recents if r.kind in (Action.VIEW, Action.CLICK)))


def excluded_articles(context: RequestContext, exclude: Iterable[int] = ()) -> set[int]:
    """`exclude`, the articles on the page, and what the shopper dislikes."""
    about = [] if context.article is None else [context.article]
    return {*exclude, *context.dislikes, *context.on_page, *about}


def row_of(bundle: Bundle | None, article: int) -> int | None:
    if bundle is None:
        return None
    row = bundle.row_of(article)
    return None if row == ABSENT else row


def select_rows(
    context: RequestContext, bundle: Bundle, rows: Ints, out: Collection[int]
) -> list[int]:
    """Which k of the rows to show: on sale, of the audience asked for, none of `out`, each of
    another design."""
    wanted = bundle.on_sale[rows]
    if context.index_group is not None:
        wanted = wanted & (bundle.index_group[rows] == context.index_group)
    if out:
        wanted = wanted & ~is_in(rows, bundle.rows_of(list(out)))
    if len(designs := excluded_designs(context, bundle)):
        wanted = wanted & ~is_in(bundle.design.take(rows), designs)
    left = np.flatnonzero(wanted)
    chosen: list[int] = left[diverse(bundle, rows[left], context.k)].tolist()
    return chosen


def items_of_list(
    context: RequestContext, bundle: Bundle, lists: tuple[Lists, Lists], reason: str
) -> list[Item]:
    """The head of one of the bundle's lists: of the requested audience, else overall."""
    overall, by_group = lists
    one = context.index_group
    rows, scores = overall.of(int(overall.keys[0])) if one is None else by_group.of(one)
    head = Candidates(rows, scores.astype(np.float64), *caused_by(ABSENT, len(rows)))
    found = pictured_first(bundle, head)
    kept = select_rows(context, bundle, found.rows, excluded_articles(context))
    return items_of(bundle, found.rows[kept], found.scores[kept], repeat(reason))


def distinct_items(context: RequestContext, items: Iterable[Item]) -> list[Item]:
    """The first k items without duplicates and barred ones; one per design if a bundle knows it."""
    bundle, left = context.bundle, iter(items)
    out = set() if bundle is None else set(excluded_designs(context, bundle).tolist())
    first: dict[int, Item] = {}
    while len(first) < context.k and (some := list(islice(left, 2 * context.k))):
        articles = [item.article for item in some]
        designs = articles if bundle is None else designs_of(bundle, articles)
        for design, item in zip(designs, some, strict=True):
            if design not in out:
                first.setdefault(design, item)
    return list(first.values())[: context.k]


def designs_of(bundle: Bundle, articles: list[int]) -> list[int]:
    """The design of each article; one unknown to the bundle is a design of its own."""
    rows = bundle.rows_of(articles)
    designs = bundle.design[rows]
    return [int(d) if row >= 0 else -a for d, row, a in zip(designs, rows, articles, strict=True)]
