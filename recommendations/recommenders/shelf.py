"""What a recommendation is: a shelf of items, each with its reason."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Item(NamedTuple):
    """`reason` is a sentence for the shopper; scores compare within one shelf only."""

    article: int
    score: float
    reason: str = ""


@dataclass(frozen=True)
class Found:
    """What a strategy came up with. `degraded`: a part that should have been asked was away."""

    strategy: str
    reason: str
    items: list[Item] = field(default_factory=list)
    degraded: bool = False
    title: str = ""


@dataclass(frozen=True)
class Shelf:
    """One answer. Impressions and clicks name it by `rec_id`.

    `feature_age_ms` is the time since the shopper's last event, None where there is none.
    """

    rec_id: str
    kind: str
    title: str
    strategy: str
    model_version: str | None
    reason: str
    feature_age_ms: int | None
    degraded: bool
    items: list[Item]
