"""Answers one request for recommendations."""

import time
from collections.abc import Collection
from functools import cache
from typing import Final

from django.utils.translation import gettext
from prometheus_client import Counter, Histogram

from recommendations.attribution import rec_id
from recommendations.bundle import registry
from recommendations.experiments.assignment import arm_of, plans
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.online_features import Read, snapshot_of
from recommendations.recommenders.recommenders import RECOMMENDERS, live_for
from recommendations.recommenders.request_context import RequestContext
from recommendations.recommenders.shelf import Found, Shelf
from recommendations.retrieval.profile import customer_key
from recommendations.rules.serving import rules_for
from recommendations.serving import servings
from recommendations.serving.variants import bundle_of, fill_shelf
from streaming.features.store import Snapshot
from streaming.identity.tombstones import tombstones

SHELVES: Final = Counter(
    "recommendations",
    "shelves served; degraded: a part that should have been asked was down",
    ["kind", "strategy", "degraded"],
)
SECONDS: Final = Histogram(
    "recommendation_seconds",
    "time to fill a shelf",
    ["kind"],
    buckets=(0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0),
)
DEFAULT_K = 12
MAX_K = 50


def served(shelf: Shelf, since: float) -> Shelf:
    """Count a shelf whose request began at `since` (time.perf_counter)."""
    shelves, seconds = _of(shelf.kind, shelf.strategy, shelf.degraded)
    shelves.inc()
    seconds.observe(time.perf_counter() - since)
    return shelf


@cache
def _of(kind: str, strategy: str, degraded: bool) -> tuple[Counter, Histogram]:
    """There are only a few label sets; the client's lookup is by text and under a lock."""
    return SHELVES.labels(kind, strategy, "yes" if degraded else "no"), SECONDS.labels(kind)


def recommend(
    kind: Kind,
    *,
    shopper: str | None = None,
    article: int | None = None,
    index_group: int | None = None,
    k: int = DEFAULT_K,
    is_new: bool = False,
    beside: Collection[int] = (),
    read: Read = snapshot_of,
) -> Shelf:
    """Up to `k` articles of a kind, best first, with their reasons.

    `article` is the one on the page: what "similar" is about, and never shown elsewhere.
    `index_group` narrows to one audience; no article `beside` it on the page is repeated, not even
    in another colour. For a shopper who `is_new`, with an id created in this very request, Redis is
    not read; for others `read` reads it. With Redis or the bundle unavailable a fallback answers,
    named in `strategy` and flagged `degraded`; without any data the shelf is empty.

    Raise ValueError if a kind about an article gets none.
    """
    begun = time.perf_counter()
    chosen = RECOMMENDERS[kind]
    arm = arm_of(plans.get(), kind, shopper) if shopper else None
    bundle = bundle_of(arm, registry.active())
    live = live_for(chosen, None if is_new else shopper, index_group, read)
    customer = customer_with_history(shopper, live)
    context = RequestContext(k, article, index_group, bundle, live, customer, shopper, beside)
    rules = rules_for(kind, shopper, index_group)
    found, teams = fill_shelf(chosen, context, arm, rules)
    version = bundle.version if bundle else None
    number = servings.number(kind, found.strategy, version, arm.variant if arm else None)
    return served(shelf_of(kind, found, context, rec_id.make(number, teams)), begun)


def shelf_of(kind: Kind, found: Found, context: RequestContext, rec_id: str) -> Shelf:
    live, bundle = context.live, context.bundle
    return Shelf(
        rec_id=rec_id,
        kind=kind,
        title=found.title or gettext(RECOMMENDERS[kind].title),
        strategy=found.strategy,
        model_version=bundle.version if bundle else None,
        reason=found.reason,
        feature_age_ms=live.age_ms if live else None,
        degraded=found.degraded,
        items=found.items,
    )


def customer_with_history(shopper: str | None, live: Snapshot | None) -> int | None:
    """The customer whose history in the bundle may be used; None for an erased one.

    Both their state and their tombstone show an erasure; if neither can be read, nobody is known.
    """
    if shopper is None or (live is not None and live.stored.erased) or tombstones.hold(shopper):
        return None
    return customer_key(shopper) if live is not None or tombstones.is_known else None
