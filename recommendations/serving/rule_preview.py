"""Previews what a rule would change for a shopper before it is enabled."""

from dataclasses import dataclass

from recommendations.bundle import registry
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.recommenders import RECOMMENDERS, live_for
from recommendations.recommenders.request_context import RequestContext
from recommendations.recommenders.shelf import Item
from recommendations.rules.models import Rule
from recommendations.rules.serving import applies_to, rules_for
from recommendations.serving.serving import customer_with_history
from recommendations.serving.variants import fill_shelf

K = 12


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
