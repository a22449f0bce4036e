"""The strategies for shelves and outfits that a variant may choose from."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Final

import msgspec

from recommendations.outfits.strategies import LOOKS
from recommendations.recommenders.recommenders import RECOMMENDERS, Recommender, popular_lately
from recommendations.recommenders.request_context import RequestContext
from recommendations.recommenders.shelf import Found
from streaming.features.state import State


def default(kind: Recommender, context: RequestContext) -> Found:
    return kind.find(context)


def popularity(_: Recommender, context: RequestContext) -> Found:
    """Best sellers, the same for everybody."""
    items, strategy = popular_lately(context)
    return Found(strategy, "Popular right now", items)


def without_live(kind: Recommender, context: RequestContext) -> Found:
    """Ignores everything the shopper did since the model was trained."""
    if context.live is None:
        return kind.find(context)
    unheard = replace(context.live, stored=State(bag=context.live.stored.bag))
    return kind.find(replace(context, live=unheard))


OUTFIT: Final = "outfit"
STRATEGIES: Final[dict[str, Callable[[Recommender, RequestContext], Found]]] = {
    "default": default,
    "popularity": popularity,
    "without-live": without_live,
}


def strategies_of(kind: str) -> list[str]:
    """The names of a kind's strategies, default first; none if it can't be experimented on."""
    if kind == OUTFIT:
        return list(LOOKS)
    return list(STRATEGIES) if kind in RECOMMENDERS else []


EXPERIMENTABLE: Final = (*RECOMMENDERS, OUTFIT)


Version = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=40)]


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`strategy` is a name of STRATEGIES or, for outfits, LOOKS; with `interleave` the shelf is a
    team draft of the default and that strategy; `model_version` serves from that bundle instead of
    the active one."""

    strategy: str = "default"
    interleave: bool = False
    model_version: Version | None = None


def read(given: object) -> Parameters:
    """Raise ValueError, naming the field, for invalid parameters."""
    try:
        parameters = msgspec.convert(given, Parameters)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    known = dict.fromkeys([*STRATEGIES, *LOOKS])
    if parameters.strategy not in known:
        raise ValueError(f"strategy: {parameters.strategy!r} is not one of {', '.join(known)}")
    if parameters.interleave and parameters.strategy == "default":
        raise ValueError("interleave: needs a strategy other than the default")
    return parameters
