"""The features: what each means, how it fades, how long it is kept, how large it may grow."""

from dataclasses import dataclass
from typing import Final

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS


@dataclass(frozen=True)
class Feature:
    """`half_life_ms` is None where nothing fades; `bound` counts entries (per key for trends)."""

    name: str
    of: str
    type: str
    meaning: str
    bound: int
    ttl_s: int
    half_life_ms: int | None = None


STATE_TTL_S: Final = 180 * 86_400
TREND_TTL_S: Final = 90 * 86_400

RECENTS: Final = Feature(
    "recents",
    "shopper",
    "list of (article, kind, time)",
    "what was last viewed, clicked, put into the bag and bought, newest first, each once per kind",
    bound=50,
    ttl_s=STATE_TTL_S,
)
BAG: Final = Feature(
    "bag", "shopper", "list of articles", "what lies in the bag", bound=50, ttl_s=STATE_TTL_S
)
COUNTS: Final = Feature(
    "counts",
    "shopper",
    "number by event type",
    "how often each type of event occurred",
    bound=16,
    ttl_s=STATE_TTL_S,
)
AFFINITIES: Final = Feature(
    "affinities",
    "shopper",
    "weight by value of an attribute",
    "which garment groups, types, colours, audiences and price levels the shopper turns to",
    bound=12,
    ttl_s=STATE_TTL_S,
    half_life_ms=30 * DAY_MS,
)
LAST_SEEN: Final = Feature(
    "last_seen", "shopper", "time", "the newest event", bound=1, ttl_s=STATE_TTL_S
)
TRENDING: Final = Feature(
    "trending",
    "index group",
    "weight by article",
    "what is viewed, put into bags and bought now",
    bound=200,
    ttl_s=TREND_TTL_S,
    half_life_ms=2 * DAY_MS,
)
REGISTRY: Final = (RECENTS, BAG, COUNTS, AFFINITIES, LAST_SEEN, TRENDING)

# What an event says of a shopper's taste, and of an article's popularity.
AFFINITY_WEIGHTS: Final = {"view": 1, "click": 0, "bag_add": 3, "purchase": 5}
TREND_WEIGHTS: Final = {"view": 1, "bag_add": 3, "purchase": 5}
