"""The ways to fill a shelf that a variant may choose from, beside the kind's own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from recommendations.asking import Ask
from recommendations.kinds import Kind, popular_lately
from recommendations.shelf import Found
from streaming.state import ShopperState


def default(kind: Kind, ask: Ask) -> Found:
    return kind.find(ask)


def popularity(_: Kind, ask: Ask) -> Found:
    """What sells, the same for everybody."""
    items, strategy = popular_lately(ask)
    return Found(strategy, "Popular right now", items)


def without_live(kind: Kind, ask: Ask) -> Found:
    """As if nothing had been heard of the shopper since the model was trained."""
    if ask.live is None:
        return kind.find(ask)
    unheard = replace(ask.live, state=ShopperState(bag=ask.live.state.bag), age_ms=None)
    return kind.find(replace(ask, live=unheard))


STRATEGIES: Final[dict[str, Callable[[Kind, Ask], Found]]] = {
    "default": default,
    "popularity": popularity,
    "without-live": without_live,
}
