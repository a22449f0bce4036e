"""The ways to fill a shelf or dress an outfit that a variant may choose from."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from recommendations.asking import Ask
from recommendations.kinds import KINDS, Kind, popular_lately
from recommendations.outfits.strategies import LOOKS
from recommendations.shelf import Found
from streaming.state import State


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
    unheard = replace(ask.live, stored=State(bag=ask.live.stored.bag))
    return kind.find(replace(ask, live=unheard))


OUTFIT: Final = "outfit"
STRATEGIES: Final[dict[str, Callable[[Kind, Ask], Found]]] = {
    "default": default,
    "popularity": popularity,
    "without-live": without_live,
}


def strategies_of(kind: str) -> list[str]:
    """The names of a kind's strategies, its own first; none for what can't be experimented on."""
    if kind == OUTFIT:
        return list(LOOKS)
    return list(STRATEGIES) if kind in KINDS else []


EXPERIMENTABLE: Final = (*KINDS, OUTFIT)
