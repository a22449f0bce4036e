"""Applies the rules in force for a request to its shelf."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from django.db import Error
from django.utils import timezone

from catalog.models import Article
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.request_context import (
    RequestContext,
    excluded_articles,
    recently_seen,
)
from recommendations.recommenders.shelf import Found, Item
from recommendations.rules.applying import Attributes, apply
from recommendations.rules.models import Rule
from web.cache import TTLCache

logger = logging.getLogger(__name__)

# A shelf with rules fetches this many times more items, to replace those excluded or capped.
DEEPER: Final = 3
# Shelves of the shopper's own history or of the article itself: not open to merchandising.
UNRULED_KINDS: Final = frozenset({Kind.RECENTLY_VIEWED, Kind.BUY_AGAIN, Kind.COLOURS})
COLUMNS: Final = [target.value for target in Rule.Target]

kept: TTLCache[list[Rule]] = TTLCache(lambda: list(Rule.objects.at(timezone.now())), [])


def rules_for(kind: str, shopper: str | None, index_group: int | None) -> list[Rule]:
    if kind in UNRULED_KINDS:
        return []
    return [rule for rule in kept.get() if applies_to(rule, kind, shopper, index_group)]


def applies_to(rule: Rule, kind: str, shopper: str | None, index_group: int | None) -> bool:
    return (
        (not rule.kinds or kind in rule.kinds)
        and (not rule.audience or (shopper or "a").startswith(rule.audience))
        and rule.index_group in (None, index_group)
    )


def with_reserve(context: RequestContext, rules: Sequence[Rule]) -> RequestContext:
    return replace(context, k=context.k * DEEPER) if rules else context


def apply_rules(rules: Sequence[Rule], context: RequestContext, found: Found) -> Found:
    """The shelf after rules; unchanged if PostgreSQL is down."""
    if not rules:
        return found
    try:
        about = attributes(rules, context, found.items)
    except Error as error:
        logger.warning("could not apply rules: %s", error)
        return replace(found, items=found.items[: context.k], degraded=True)
    ruled = apply(rules, found.items, about, context.k)
    for rule in ruled.ignored:
        logger.info("rule %s could not be applied", rule)
    return replace(found, items=ruled.items)


def attributes(
    rules: Sequence[Rule], context: RequestContext, items: Sequence[Item]
) -> dict[int, Attributes]:
    """Attributes of the shelf's articles and of showable pinned ones; one query by key."""
    pins = {rule.number for rule in rules if rule.number and rule.action == Rule.Action.PIN}
    shown = {item.article for item in items}
    wanted = shown | (pins - excluded_articles(context, recently_seen(context)) if pins else set())
    sold = Article.objects.filter(pk__in=wanted, summary__isnull=False)
    return {row["id"]: row for row in sold.values(*COLUMNS)}
