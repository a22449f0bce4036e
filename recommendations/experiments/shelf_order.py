"""Orders a page's shelves by what this shopper uses: a bandit over the shelves.

Each shelf's share of the shopper's clicks has a Dirichlet posterior whose prior is the page's own
order; one draw from it (Thompson sampling) sets the order for the day. So shelves in use rise,
unused ones still get a chance, and the order is stable during a visit.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from zlib import crc32

import numpy as np

from streaming.events.actions import Action
from web.replica import reading

# One raw statement: the query builder takes a millisecond, a tenth of the home page.
CLICKS: Final = """
SELECT serving.kind, count(*) FROM recommendations_interaction touch
JOIN recommendations_serving serving ON serving.id = touch.serving_id
WHERE touch.shopper = %s AND touch.kind IN (%s, %s) AND serving.kind <> '' GROUP BY serving.kind
"""


def shelf_order(kinds: Sequence[str], shopper: str | None, day: int) -> list[str]:
    """The kinds in order; the page's own order for a shopper who has not clicked on a shelf yet."""
    return ordered(kinds, clicks_of(shopper), crc32(f"{shopper}:{day}".encode()))


def clicks_of(shopper: str | None) -> dict[str, int]:
    """How often the shopper clicked on, or added to the bag, an article of each kind of shelf."""
    if shopper is None:
        return {}
    with reading().cursor() as cursor:
        cursor.execute(CLICKS, [shopper, Action.CLICK.value, Action.BAG_ADD.value])
        return dict(cursor.fetchall())


def ordered(kinds: Sequence[str], clicks: Mapping[str, int], seed: int) -> list[str]:
    """A draw from the posterior, largest share first. Pure."""
    if not any(clicks.get(kind) for kind in kinds):
        return list(kinds)
    prior = np.arange(len(kinds), 0, -1.0)
    used = np.array([clicks.get(kind, 0) for kind in kinds])
    drawn = np.random.default_rng(seed).dirichlet(prior + used)
    return [kinds[place] for place in np.argsort(-drawn, kind="stable")]
