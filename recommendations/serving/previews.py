"""Staff previews: what an article's page or a customer would be recommended now, and why.

The same code as serving, but nothing is stored, counted or randomised.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from recommendations.bundle import registry
from recommendations.bundle.reader import ABSENT, Bundle
from recommendations.ranking.ranker import Opinion, opinions
from recommendations.ranking.scoring import contributions, generate
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.online_features import snapshot_of
from recommendations.recommenders.recommenders import RECOMMENDERS, live_for
from recommendations.recommenders.request_context import RequestContext
from recommendations.recommenders.shelf import Found, Item
from recommendations.retrieval.profile import customer_key
from recommendations.rules.models import Rule
from recommendations.rules.serving import applies_to, rules_for
from recommendations.serving.serving import customer_with_history
from recommendations.serving.variants import fill_shelf
from streaming.events.actions import ACTIONS, Action
from streaming.features.store import Snapshot

OF_ARTICLE: Final = tuple(name for name, kind in RECOMMENDERS.items() if kind.article)
OF_CUSTOMER: Final = tuple(
    name for name, kind in RECOMMENDERS.items() if kind.live and not kind.article
)
EXPLAINED: Final = Kind.FOR_YOU
K: Final = 12
ACTIONS_SHOWN: Final = 12


@dataclass(frozen=True)
class PlacePreview:
    """An item, each generator's contribution, and the ranker's explanation."""

    item: Item
    given: Mapping[str, float] = field(default_factory=dict)
    opinion: Opinion | None = None


@dataclass(frozen=True)
class ShelfPreview:
    kind: str
    title: str
    found: Found
    places: list[PlacePreview]


@dataclass(frozen=True)
class PastAction:
    """A live or historical action of the customer; `days` is its age by the shop's clock."""

    article: int
    kind: Action
    days: float


@dataclass(frozen=True)
class CustomerPreview:
    """What the recommender knows of a customer; `live` is False while Redis is down."""

    version: str | None
    live: bool
    erased: bool
    actions: list[PastAction]


def of_article(article: int) -> list[ShelfPreview]:
    context = RequestContext(K, article, None, registry.active(), None)
    return [preview_shelf(kind, context, None) for kind in OF_ARTICLE]


def of_shopper(shopper: str) -> tuple[CustomerPreview, list[ShelfPreview]]:
    live, bundle = snapshot_of(shopper), registry.active()
    context = RequestContext(K, None, None, bundle, live, customer_with_history(shopper, live))
    known = CustomerPreview(
        version=bundle.version if bundle else None,
        live=live is not None,
        erased=live is not None and customer_key(shopper) is not None and context.customer is None,
        actions=[] if bundle is None else actions(context, bundle),
    )
    return known, [preview_shelf(kind, context, shopper) for kind in OF_CUSTOMER]


def shelf(kind: Kind, shopper: str, live: Snapshot) -> Found:
    """What a kind would show the shopper with these features."""
    customer = customer_with_history(shopper, live)
    context = RequestContext(K, None, None, registry.active(), live, customer, shopper)
    return fill_shelf(RECOMMENDERS[kind], context, None, rules_for(kind, shopper, None))[0]


def actions(context: RequestContext, bundle: Bundle) -> list[PastAction]:
    about = context.profile
    done = zip(about.rows.tolist(), about.kinds.tolist(), about.days.tolist(), strict=True)
    return [
        PastAction(int(bundle.article[row]), ACTIONS[kind], days)
        for row, kind, days in list(done)[:ACTIONS_SHOWN]
    ]


def preview_shelf(kind: Kind, context: RequestContext, shopper: str | None) -> ShelfPreview:
    found, _ = fill_shelf(RECOMMENDERS[kind], context, None, rules_for(kind, shopper, None))
    explained = kind == EXPLAINED and context.bundle is not None
    places = explain(context, context.bundle, found) if explained and context.bundle else None
    return ShelfPreview(
        kind,
        found.title or RECOMMENDERS[kind].title,
        found,
        places if places is not None else [PlacePreview(item) for item in found.items],
    )


def explain(context: RequestContext, bundle: Bundle, found: Found) -> list[PlacePreview]:
    about = context.profile
    candidates = generate(bundle, about)
    of_ranker = opinions(bundle, about, candidates)
    rows = bundle.rows_of([item.article for item in found.items]).tolist()
    return [
        PlacePreview(item, contributions(candidates, row), of_ranker.get(row))
        if row != ABSENT
        else PlacePreview(item)
        for item, row in zip(found.items, rows, strict=True)
    ]


@dataclass(frozen=True)
class Preview:
    """The shelf without and with the rule; `holds` is False if it doesn't apply to this shelf."""

    before: list[Item]
    after: list[Item]
    holds: bool


def preview(rule: Rule, kind: Kind, shopper: str | None, article: int | None = None) -> Preview:
    """Nothing is stored or counted. Raise ValueError for a kind that needs an article."""
    chosen = RECOMMENDERS[kind]
    live = live_for(chosen, shopper, rule.index_group)
    bundle = registry.active()
    context = RequestContext(
        K, article, rule.index_group, bundle, live, customer_with_history(shopper, live)
    )
    others = [r for r in rules_for(kind, shopper, rule.index_group) if r.pk != rule.pk]
    applies = applies_to(rule, kind, shopper, rule.index_group)
    before, _ = fill_shelf(chosen, context, None, others)
    after, _ = fill_shelf(chosen, context, None, [*others, rule] if applies else others)
    return Preview(before.items, after.items, applies)
