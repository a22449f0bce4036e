"""Fills a kind's shelf for a variant."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random, SystemRandom

from django.conf import settings

from recommendations.bundle.format import BundleError
from recommendations.bundle.reader import Bundle, open_bundle
from recommendations.experiments.assignment import Arm
from recommendations.experiments.strategies import STRATEGIES, Parameters
from recommendations.recommenders.recommenders import Recommender
from recommendations.recommenders.request_context import RequestContext
from recommendations.recommenders.shelf import Found, Item
from recommendations.rules.models import Rule
from recommendations.rules.serving import apply_rules, with_reserve
from web.cache import per_owner

logger = logging.getLogger(__name__)


def fill_shelf(
    kind: Recommender, context: RequestContext, arm: Arm | None, rules: Sequence[Rule]
) -> tuple[Found, int]:
    """The shelf of the arm (none: the kind's default), and which positions are the challenger's."""
    parameters = arm.parameters if arm else Parameters()
    found = _ruled(parameters.strategy, kind, context, rules)
    if not parameters.interleave:
        return found, 0
    own = _ruled("default", kind, context, rules)
    items, teams = draft(own.items, found.items, context.k, SystemRandom())
    mixed = f"{own.strategy}+{found.strategy}"[:40]
    return replace(own, strategy=mixed, items=items), teams


def _ruled(
    strategy: str, kind: Recommender, context: RequestContext, rules: Sequence[Rule]
) -> Found:
    return apply_rules(rules, context, STRATEGIES[strategy](kind, with_reserve(context, rules)))


def bundle_of(arm: Arm | None, active: Bundle | None) -> Bundle | None:
    """The bundle the arm names; the active one if it can't be read."""
    if arm is None or arm.parameters.model_version is None:
        return active
    version = arm.parameters.model_version
    return (_opened(version) if active is None else _beside(active, version)) or active


@per_owner(most=4)
def _beside(_: Bundle, version: str) -> Bundle | None:
    """A variant's bundle, cached as long as the active one: a training replaces both."""
    return _opened(version)


def _opened(version: str) -> Bundle | None:
    try:
        return open_bundle(Path(settings.BUNDLES_DIR) / version)
    except BundleError as error:
        logger.error("a variant's model %s is unusable: %s", version, error)
        return None


def draft(
    control: Sequence[Item], challenger: Sequence[Item], k: int, dice: Random
) -> tuple[list[Item], int]:
    """Up to k items, and a number whose bit n is set if position n is the challenger's."""
    rankings = {False: list(control), True: list(challenger)}
    picks = {False: 0, True: 0}
    shelf: list[Item] = []
    teams = 0
    while len(shelf) < k and any(rankings.values()):
        turn = picks[True] < picks[False] or (picks[True] == picks[False] and dice.random() < 0.5)
        if not rankings[turn]:
            turn = not turn
        item = rankings[turn].pop(0)
        teams |= turn << len(shelf)
        picks[turn] += 1
        shelf.append(item)
        for ranking in rankings.values():
            ranking[:] = [other for other in ranking if other.article != item.article]
    return shelf, teams
