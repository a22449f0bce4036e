"""What a variant may change."""

from typing import Annotated

import msgspec

from recommendations.experiments.strategies import STRATEGIES
from recommendations.outfits.strategies import LOOKS

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
