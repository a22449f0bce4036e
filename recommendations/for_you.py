"""The shelves about the shopper: for you, buy again."""

from collections.abc import Mapping
from functools import cache, partial
from zlib import crc32

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from catalog.titles import title_of
from recommendations import fallbacks
from recommendations.asking import POPULAR, Ask, bought_lately, hidden, now_of, unwanted
from recommendations.bundle.reader import ABSENT, Bundle
from recommendations.candidates import Source
from recommendations.goods import goods_of
from recommendations.inspiring import inspiring_shelf, showable
from recommendations.learned import applies
from recommendations.personal import NEW, Pick, Wish
from recommendations.profile import DAY_MS, PURCHASE, Profile
from recommendations.shelf import Found, Item
from streaming.state import KINDS

CAUSES = {
    "view": gettext_noop("Because you viewed {}"),
    "click": gettext_noop("Because you viewed {}"),
    "bag_add": gettext_noop("Because you put {} in your bag"),
    "purchase": gettext_noop("Because you bought {}"),
}
REASONS = {
    NEW: gettext_noop("New in"),
    Source.AGAIN: gettext_noop("Buy it again"),
    Source.COLOURS: gettext_noop("Another colour of {}"),
    Source.TOGETHER: gettext_noop("Often bought together with {}"),
    Source.ALSO: gettext_noop("Customers who bought {} also bought this"),
    Source.POPULAR: POPULAR,
    Source.AUDIENCE: gettext_noop("Popular in the department you like"),
    Source.AGE: gettext_noop("Popular with people your age"),
    Source.CHANNEL: POPULAR,
}


def for_you(ask: Ask) -> Found:
    """What the shopper did last, live and before, blended with what their audience buys."""
    if ask.bundle is None:
        items = fallbacks.popular(ask.index_group, hidden(ask, unwanted(ask)), ask.k)
        return Found("postgres_popularity", _(POPULAR), items, degraded=True)
    bundle, about = ask.bundle, ask.profile
    picks = inspiring_shelf(bundle, about, ask.k, wish_of(ask, bundle), goods_of(bundle))
    # Many picks share a reason, and to look up its translation takes longer than to pick.
    why = cache(partial(reason, bundle, causes(bundle, about)))
    articles = bundle.article[[p.row for p in picks]].tolist()
    items = [
        Item(article, p.score, why(p.source, p.cause))
        for article, p in zip(articles, picks, strict=True)
    ]
    strategy, words = strategy_of(ask, picks, learned=applies(bundle, about))
    return Found(strategy, words, items, degraded=ask.live is None)


def wish_of(ask: Ask, bundle: Bundle) -> Wish:
    """What was looked at just now is known to the shelf, and in other colours it may return."""
    out = hidden(ask, {*ask.bag, *bought_lately(ask)})
    less = [int(row) for row in bundle.rows_of(ask.dislikes) if row != ABSENT]
    seed = crc32(f"{ask.shopper}:{now_of(ask, bundle) // DAY_MS}".encode())
    return Wish(set(bundle.rows_of(list(out)).tolist()), ask.index_group, seed, less)


def strategy_of(ask: Ask, picks: list[Pick], *, learned: bool) -> tuple[str, str]:
    if all(pick.cause == ABSENT for pick in picks):
        return "bundle_popularity", _(POPULAR)
    if ask.recents:
        words = "live_ranked" if learned else "live_blend"
        return words, _("From what you looked at and bought last")
    return "history_ranked" if learned else "history_blend", _("From what you bought before")


def causes(bundle: Bundle, about: Profile) -> dict[int, int]:
    """The kind of the shopper's last action on each article, by its row."""
    pairs = zip(about.rows.tolist(), about.kinds.tolist(), strict=True)
    return dict(reversed(list(pairs)))


def reason(bundle: Bundle, why: Mapping[int, int], source: int, cause: int) -> str:
    """What led to a pick, in words; of a view or the bag rather that than how it was found."""
    if cause == ABSENT:
        return _(REASONS[source])
    kind = KINDS[why[cause]]
    found = REASONS.get(source, CAUSES[kind]) if kind == "purchase" else CAUSES[kind]
    return _(found).format(title_of(bundle.name(cause)))


def buy_again(ask: Ask) -> Found:
    """What the shopper bought before today and is still on sale, the last first."""
    if ask.bundle is None:
        return Found("history_purchases", "", degraded=True)
    bundle, about = ask.bundle, ask.profile
    rows = about.rows[about.kinds == PURCHASE]
    rows = rows[showable(bundle, rows, wish_of(ask, bundle))]
    first = np.unique(bundle.design[rows], return_index=True)[1]
    items = [
        Item(int(bundle.article[row]), 1.0 / place, _("You bought this before"))
        for place, row in enumerate(rows[np.sort(first)][: ask.k].tolist(), start=1)
    ]
    strategy = "live_purchases" if ask.recents else "history_purchases"
    return Found(strategy, _("What you bought before"), items, degraded=ask.live is None)
