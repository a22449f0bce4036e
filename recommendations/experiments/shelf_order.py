"""The order of a page's shelves by what this shopper uses: a bandit over the shelves.

Each shelf's share of the shopper's clicks has a Dirichlet posterior whose prior is the page's own
order; a draw from it (Thompson sampling) is the day's order. So a shelf that is used rises, one
that isn't may still come up, and nothing jumps about while somebody looks around.
"""

from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np
from django.db.models import Count

from recommendations.attribution.models import Interaction


def shelf_order(kinds: Sequence[str], shopper: str | None, day: int) -> list[str]:
    """The kinds, in the page's own order for whoever has not clicked on a shelf yet."""
    return ordered(kinds, clicks_of(shopper), crc32(f"{shopper}:{day}".encode()))


def clicks_of(shopper: str | None) -> dict[str, int]:
    """How often the shopper clicked on an article of each kind of shelf, or put one in the bag."""
    if shopper is None:
        return {}
    touches = Interaction.objects.filter(shopper=shopper, kind__in=("click", "bag_add"))
    counted = touches.values("serving__kind").annotate(times=Count("*"))
    return {row["serving__kind"]: row["times"] for row in counted if row["serving__kind"]}


def ordered(kinds: Sequence[str], clicks: Mapping[str, int], seed: int) -> list[str]:
    """A draw of the posterior, the shelf with the largest share first. Pure."""
    if not any(clicks.get(kind) for kind in kinds):
        return list(kinds)
    prior = np.arange(len(kinds), 0, -1.0)
    used = np.array([clicks.get(kind, 0) for kind in kinds])
    drawn = np.random.default_rng(seed).dirichlet(prior + used)
    return [kinds[place] for place in np.argsort(-drawn, kind="stable")]
