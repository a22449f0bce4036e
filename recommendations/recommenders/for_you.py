"""The shelves about the shopper: for you, buy again."""

from collections.abc import Mapping
from dataclasses import replace
from zlib import crc32

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from catalog.models.titles import title_of
from recommendations.bundle.reader import ABSENT, Bundle
from recommendations.ranking.goods import goods_of
from recommendations.ranking.inspiring import Goods, inspiring_shelf, showable
from recommendations.ranking.pipeline import NEW, Constraints, Pick, recently_bought
from recommendations.ranking.ranker import ranker_for
from recommendations.recommenders import fallbacks
from recommendations.recommenders.request_context import (
    MOST_KEPT,
    POPULAR,
    RequestContext,
    excluded_articles,
    now_of,
    recently_seen,
)
from recommendations.recommenders.shelf import Found, Item, items_by_place
from recommendations.retrieval.candidates import Source
from recommendations.retrieval.profile import DAY_MS, PURCHASE, Profile
from streaming.events.actions import ACTIONS, Action
from web.cache import per_owner

CAUSES = {
    Action.VIEW: gettext_noop("Because you viewed {}"),
    Action.CLICK: gettext_noop("Because you viewed {}"),
    Action.BAG_ADD: gettext_noop("Because you put {} in your bag"),
    Action.PURCHASE: gettext_noop("Because you bought {}"),
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
    Source.DEPARTMENT: gettext_noop("Popular in the department you like"),
}


def for_you(context: RequestContext) -> Found:
    """The shopper's latest actions, live and historical, blended with what their audience buys."""
    if context.bundle is None:
        items = fallbacks.popular(
            context.index_group, excluded_articles(context, recently_seen(context)), context.k
        )
        return Found("postgres_popularity", _(POPULAR), items, degraded=True)
    constraints = constraints_of(context, context.bundle)
    found = shelf_of(
        context.bundle,
        context.profile,
        context.k,
        constraints,
        goods_of(context.bundle),
        bool(context.recents),
    )
    return replace(found, degraded=True) if context.live is None else found


@per_owner(most=MOST_KEPT)
def shelf_of(
    bundle: Bundle,
    about: Profile,
    k: int,
    constraints: Constraints,
    goods: Goods | None,
    is_live: bool,
) -> Found:
    """Pure, so whoever asks again before anything happened gets the same shelf at no cost.

    `is_live`: the shopper did something since the model was trained.
    """
    picks = inspiring_shelf(bundle, about, k, constraints, goods)
    articles = bundle.article[[p.row for p in picks]].tolist()
    # Many picks share a reason, and translating it takes longer than picking.
    known = causes(about)
    words = {why: reason(bundle, known, *why) for why in {(p.source, p.cause) for p in picks}}
    items = [
        Item(article, p.score, words[p.source, p.cause])
        for article, p in zip(articles, picks, strict=True)
    ]
    learned = ranker_for(bundle, about) is not None
    return Found(*strategy_of(picks, is_live=is_live, learned=learned), items)


def constraints_of(context: RequestContext, bundle: Bundle) -> Constraints:
    """Recent views are not hidden here: the shelf takes them from the profile."""
    out = bundle.rows_of([*excluded_articles(context, context.bag)]).tolist()
    hidden = frozenset((*out, *recently_bought(context.profile)))
    less = tuple(row for row in bundle.rows_of(context.dislikes).tolist() if row != ABSENT)
    seed = crc32(f"{context.shopper}:{now_of(context, bundle) // DAY_MS}".encode())
    return Constraints(hidden, context.index_group, seed, less)


def strategy_of(picks: list[Pick], *, is_live: bool, learned: bool) -> tuple[str, str]:
    if all(pick.cause == ABSENT for pick in picks):
        return "bundle_popularity", _(POPULAR)
    if is_live:
        words = "live_ranked" if learned else "live_blend"
        return words, _("Based on what you viewed and bought last")
    return "history_ranked" if learned else "history_blend", _("Based on what you bought before")


def causes(about: Profile) -> dict[int, int]:
    """The kind of the shopper's last action on each article, by its row."""
    pairs = zip(about.rows.tolist(), about.kinds.tolist(), strict=True)
    return dict(reversed(list(pairs)))


def reason(bundle: Bundle, known: Mapping[int, int], source: int, cause: int) -> str:
    """The reason for a pick in words; a view or a bag add takes precedence over the generator."""
    if cause == ABSENT:
        return _(REASONS[source])
    kind = ACTIONS[known[cause]]
    found = REASONS.get(source, CAUSES[kind]) if kind == Action.PURCHASE else CAUSES[kind]
    return _(found).format(title_of(bundle.name(cause)))


def buy_again(context: RequestContext) -> Found:
    """What the shopper bought before today and is still on sale, newest first."""
    if context.bundle is None:
        return Found("history_purchases", "", degraded=True)
    bundle, about = context.bundle, context.profile
    rows = about.rows[about.kinds == PURCHASE]
    rows = rows[showable(bundle, rows, constraints_of(context, bundle))]
    first = np.unique(bundle.design[rows], return_index=True)[1]
    articles = bundle.article[rows[np.sort(first)][: context.k]].tolist()
    items = items_by_place(articles, _("You bought this before"))
    strategy = "live_purchases" if context.recents else "history_purchases"
    return Found(strategy, _("What you bought before"), items, degraded=context.live is None)
