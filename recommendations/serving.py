"""One request for recommendations, answered from what is there."""

import uuid

from recommendations.asking import Ask
from recommendations.bundle import registry
from recommendations.kinds import KINDS
from recommendations.live import snapshot_of
from recommendations.profile import customer_key
from recommendations.shelf import Shelf

DEFAULT_K = 12
MAX_K = 50


def recommend(
    kind: str,
    *,
    shopper: str | None = None,
    article: int | None = None,
    index_group: int | None = None,
    k: int = DEFAULT_K,
) -> Shelf:
    """Up to `k` articles of a kind (a key of KINDS), best first, with their reasons.

    `article` is the one on the page: what "similar" is about, and never shown elsewhere.
    `index_group` narrows to one audience. With Redis or the bundle away a fallback answers, named
    in `strategy` and flagged `degraded`; without any data the shelf is empty.
    Raise KeyError for an unknown kind, ValueError when a kind about an article gets none.
    """
    chosen = KINDS[kind]
    bundle = registry.active()
    live = snapshot_of(shopper, index_group) if chosen.live else None
    found = chosen.find(Ask(k, article, index_group, bundle, live, customer_key(shopper)))
    return Shelf(
        rec_id=uuid.uuid4().hex,
        kind=kind,
        title=found.title or chosen.title,
        strategy=found.strategy,
        model_version=bundle.version if bundle else None,
        reason=found.reason,
        feature_age_ms=live.age_ms if live else None,
        degraded=found.degraded,
        items=found.items,
    )
