"""Orders a page's shelves by what this shopper uses: a bandit over the shelves.

Each shelf's share of the shopper's clicks has a Dirichlet posterior whose prior is the page's own
order; one draw from it (Thompson sampling) sets the order for the day. So shelves in use rise,
unused ones still get a chance, and the order is stable during a visit.
"""

from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np
from django.db.models import Count

from recommendations.attribution.models import Interaction
from streaming.events.actions import Action


def shelf_order(kinds: Sequence[str], shopper: str | None, day: int) -> list[str]:
    """The kinds in order; the page's own order for a shopper who has not clicked on a shelf yet."""
    return ordered(kinds, clicks_of(shopper), crc32(f"{shopper}:{day}".encode()))


def clicks_of(shopper: str | None) -> dict[str, int]:
    """How often the shopper clicked on, or added to the bag, an article of each kind of shelf."""
    if shopper is None:
        return {}
    touches = Interaction.objects.filter(shopper=shopper, kind__in=(Action.CLICK, Action.BAG_ADD))
    counted = touches.values("serving__kind").annotate(times=Count("*"))
    return {row["serving__kind"]: row["times"] for row in counted if row["serving__kind"]}


def ordered(kinds: Sequence[str], clicks: Mapping[str, int], seed: int) -> list[str]:
    """A draw from the posterior, largest share first. Pure."""
    if not any(clicks.get(kind) for kind in kinds):
        return list(kinds)
    prior = np.arange(len(kinds), 0, -1.0)
    used = np.array([clicks.get(kind, 0) for kind in kinds])
    drawn = np.random.default_rng(seed).dirichlet(prior + used)
    return [kinds[place] for place in np.argsort(-drawn, kind="stable")]
