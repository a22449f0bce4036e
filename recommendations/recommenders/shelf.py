"""The result of a recommendation: a shelf of items, each with its reason."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


class Item(NamedTuple):
    """`reason` is a sentence for the shopper; scores are comparable within one shelf only."""

    article: int
    score: float
    reason: str = ""


def items_by_place(articles: Iterable[int], reason: str = "") -> list[Item]:
    """The score is 1 / position."""
    return [Item(article, 1.0 / place, reason) for place, article in enumerate(articles, start=1)]


@dataclass(frozen=True)
class Found:
    """A strategy's result. `degraded`: a part it depends on was unavailable."""

    strategy: str
    reason: str
    items: list[Item] = field(default_factory=list)
    degraded: bool = False
    title: str = ""


@dataclass(frozen=True)
class Shelf:
    """One answer. Impressions and clicks refer to it by `rec_id`.

    `feature_age_ms` is the time since the shopper's last event, None if there is none.
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
