"""The kinds of recommendation, each with its strategies from the best to the last fallback.

| kind | strategies |
|---|---|
| similar | content_neighbours; postgres_same_type without a bundle that knows the article |
| similar-look | look_neighbours; nothing without pictures |
| colours | bundle_colours; postgres_colours |
| also-bought | bought_together; nothing where too little is known |
| for-you | live_blend with live actions; history_blend without; bundle_popularity for a new \
shopper; postgres_popularity |
| buy-again | live_purchases or history_purchases; nothing without a purchase |
| because-you-viewed | live_neighbours; nothing without a view |
| trending | live_trends, filled up with bundle_popularity; postgres_popularity |
| new-in | bundle_new_in; postgres_newest |
| recently-viewed | live_views; nothing without Redis |

A kind is `degraded` if a part it depends on is unavailable, not if the shopper is new.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from catalog.models.titles import title_of
from recommendations.bundle.reader import Bundle, Ints
from recommendations.ranking.goods import pictured_first
from recommendations.ranking.inspiring import favourite
from recommendations.recommenders import fallbacks
from recommendations.recommenders.for_you import buy_again, for_you
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.online_features import Read, snapshot_of
from recommendations.recommenders.request_context import (
    POPULAR,
    RequestContext,
    distinct_items,
    excluded_articles,
    items_of,
    items_of_list,
    items_to_show,
    recently_seen,
    row_of,
    select_rows,
    viewed,
)
from recommendations.recommenders.shelf import Found, Item, items_by_place
from recommendations.retrieval.candidates import (
    Candidates,
    Scores,
    of_article,
    of_look,
    of_partners,
)
from streaming import keys
from streaming.features.store import Snapshot
from web.cache import per_owner

# Keyed by whether type and colour are the same.
LIKENESS = {
    (True, True): gettext_noop("Same type and colour"),
    (True, False): gettext_noop("Same type"),
    (False, True): gettext_noop("Same colour, similar style"),
    (False, False): gettext_noop("Similar style"),
}


@dataclass(frozen=True)
class Recommender:
    """Finds a kind's articles. `live` says whether it reads Redis, `trends` whether it also reads
    trends there, `article` whether it is about an article."""

    title: str
    find: Callable[[RequestContext], Found]
    live: bool = True
    trends: bool = False
    article: bool = False


# --- similar, because you viewed ---------------------------------------------------------------


def similar(context: RequestContext) -> Found:
    article, row = article_and_row(context)
    if context.bundle is None or row is None:
        found = fallbacks.of_same_type(article, context.k)
        return Found("postgres_same_type", _("Of the same type"), found, degraded=True)
    if context.dislikes or context.on_page or context.index_group is not None:
        items = near_items(context, context.bundle, row, of_article)
    else:
        items = alike(context.bundle, row, context.k)
    return Found("content_neighbours", _("Similar in type, style and colour"), items)


def similar_look(context: RequestContext) -> Found:
    """Articles whose pictures resemble the article's, regardless of their attributes."""
    _article, row = article_and_row(context)
    if context.bundle is None or row is None:
        return Found("look_neighbours", "", degraded=context.bundle is None)
    items = near_items(context, context.bundle, row, of_look)
    return Found("look_neighbours", _("Similar by their pictures"), items)


def article_and_row(context: RequestContext) -> tuple[int, int | None]:
    """The article that the shelf is about, and its row in the bundle, if it has one."""
    if context.article is None:
        raise ValueError("this kind of recommendation needs an article")
    return context.article, row_of(context.bundle, context.article)


def near_items(
    context: RequestContext, bundle: Bundle, row: int, near_to: Callable[[Bundle, int], Candidates]
) -> list[Item]:
    near = near_to(bundle, row)
    kept = select_rows(context, bundle, near.rows, ())
    return described(bundle, row, near.rows[kept], near.scores[kept])


@per_owner(most=10_000)
def alike(bundle: Bundle, row: int, k: int) -> list[Item]:
    """Without dislikes: neighbours are on sale, one per design, never the article itself."""
    near = of_article(bundle, row)
    return described(bundle, row, near.rows[:k], near.scores[:k])


def described(bundle: Bundle, row: int, rows: Ints, scores: Scores) -> list[Item]:
    return items_of(bundle, rows, scores, likenesses(bundle, row, rows))


def likenesses(bundle: Bundle, row: int, others: Ints) -> list[str]:
    """In words, what an article has in common with each of the others."""
    same_type = bundle.product_type[others] == bundle.product_type[row]
    same_colour = bundle.colour_master[others] == bundle.colour_master[row]
    alike = zip(same_type.tolist(), same_colour.tolist(), strict=True)
    return [_(LIKENESS[pair]) for pair in alike]


def colours(context: RequestContext) -> Found:
    """The product's other colours."""
    article, row = article_and_row(context)
    if context.bundle is None or row is None:
        found = fallbacks.of_same_product(article, context.k)
        return Found("postgres_colours", _("The same in another colour"), found, degraded=True)
    rows = context.bundle.colours[row]
    articles = context.bundle.article[rows[rows >= 0][: context.k]].tolist()
    items = items_by_place(articles, _("Another colour"))
    return Found("bundle_colours", _("The same in another colour"), items)


def also_bought(context: RequestContext) -> Found:
    """What is in the same baskets, and what the same customers buy over time."""
    _article, row = article_and_row(context)
    if context.bundle is None or row is None:
        return Found("bought_together", "", degraded=True)
    near = of_partners(context.bundle, row)
    items = items_to_show(
        context, context.bundle, near, _("Bought by the same customers"), exclude=()
    )
    return Found("bought_together", _("Bought by customers who bought this"), items)


def because_you_viewed(context: RequestContext) -> Found:
    """Neighbours of the latest viewed article other than the one on the page."""
    bundle = context.bundle
    seen = [article for article in viewed(context.recents) if article != context.article]
    row = next((row for article in seen if (row := row_of(bundle, article)) is not None), None)
    if bundle is None or row is None:
        return Found("live_neighbours", "", degraded=bundle is None or context.live is None)
    near = pictured_first(bundle, of_article(bundle, row))
    reason = _("Because you viewed {}").format(title_of(bundle.name(row)))
    own = replace(context, index_group=int(bundle.index_group[row]))
    items = items_to_show(own, bundle, near, reason, recently_seen(context))
    return Found("live_neighbours", reason, items, title=reason)


# --- trending, new in, recently viewed -----------------------------------------------------------


def trending(context: RequestContext) -> Found:
    """What is viewed, added to bags and bought now, then best sellers up to the last training.

    The score is how much an article trends now (see streaming.features.trends), and 0 for the best
    sellers that fill the list up, whose popularity has other units.
    """
    why = _("Trending now")
    now = distinct_items(context, (Item(*one, why) for one in live_trends(context)))
    away = context.live is None or (context.bundle is None and len(now) < context.k)
    items, strategy = now, "live_trends"
    if len(now) < context.k:
        lately, filled_by = popular_lately(context)
        items = distinct_items(context, [*now, *(item._replace(score=0.0) for item in lately)])
        strategy = strategy if now else filled_by
    reason = _("What shoppers view and buy now") if now else _(POPULAR)
    return Found(strategy, reason, items, degraded=away)


def live_trends(context: RequestContext) -> list[tuple[int, float]]:
    trends, out = context.live.trending if context.live else [], excluded_articles(context)
    return [(article, score) for article, score in trends if article not in out]


def popular_lately(context: RequestContext) -> tuple[list[Item], str]:
    if context.bundle is None:
        found = fallbacks.popular(context.index_group, excluded_articles(context), context.k)
        return found, "postgres_popularity"
    lists = (context.bundle.popular, context.bundle.popular_by_index_group)
    return items_of_list(context, context.bundle, lists, _(POPULAR)), "bundle_popularity"


def new_in(context: RequestContext) -> Found:
    bundle = context.bundle
    if bundle is not None:
        group = context.index_group
        if group is None:
            group = favourite(bundle, context.profile)
        lists = (bundle.new, bundle.new_by_index_group)
        seen = (*context.on_page, *recently_seen(context))
        within = replace(context, index_group=group, on_page=seen)
        items = items_of_list(within, bundle, lists, _("New in"))
        if items:
            return Found("bundle_new_in", _("New in the last few weeks"), items)
    newest = fallbacks.newest(context.index_group, excluded_articles(context), context.k)
    return Found("postgres_newest", _("The newest in the shop"), newest, degraded=bundle is None)


def recently_viewed(context: RequestContext) -> Found:
    out = excluded_articles(context)
    articles = [article for article in viewed(context.recents) if article not in out]
    items = distinct_items(context, items_by_place(articles))
    return Found("live_views", _("What you viewed last"), items, degraded=context.live is None)


RECOMMENDERS = {
    Kind.SIMILAR: Recommender(gettext_noop("Similar items"), similar, article=True),
    Kind.SIMILAR_LOOK: Recommender(gettext_noop("Similar in look"), similar_look, article=True),
    Kind.COLOURS: Recommender(gettext_noop("Other colours"), colours, live=False, article=True),
    Kind.ALSO_BOUGHT: Recommender(gettext_noop("Customers also bought"), also_bought, article=True),
    Kind.FOR_YOU: Recommender(gettext_noop("For you"), for_you),
    Kind.BUY_AGAIN: Recommender(gettext_noop("Buy again"), buy_again),
    Kind.BECAUSE_YOU_VIEWED: Recommender(gettext_noop("Because you viewed"), because_you_viewed),
    Kind.TRENDING: Recommender(gettext_noop("Trending now"), trending, trends=True),
    Kind.NEW_IN: Recommender(gettext_noop("New in"), new_in),
    Kind.RECENTLY_VIEWED: Recommender(gettext_noop("Recently viewed"), recently_viewed),
}


def live_for(
    recommender: Recommender, shopper: str | None, index_group: int | None, read: Read = snapshot_of
) -> Snapshot | None:
    """What the recommender needs from Redis; None if that is nothing or Redis is down."""
    top = keys.top(index_group) if recommender.trends else None
    return read(shopper, top) if recommender.live else None
