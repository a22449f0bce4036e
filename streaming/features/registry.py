"""The registry of features: meaning, unit, window or half-life, default, bound, time to live.

docs/features.md is generated from it (`manage.py describe_features`).
"""

from dataclasses import KW_ONLY, dataclass
from functools import partial
from typing import Final, NamedTuple

from streaming.events.actions import Action
from streaming.events.spans import DAY_MS, HOUR_MS


@dataclass(frozen=True)
class Feature:
    """`half_life_ms` is None where nothing fades; `bound` counts entries (per key)."""

    name: str
    type: str
    unit: str
    meaning: str
    bound: int = 1
    default: str = "0"
    half_life_ms: int | None = None
    window: str = "all time"
    _: KW_ONLY
    of: str
    ttl_s: int


class Bucket(NamedTuple):
    """Counts of events in spans of `width_ms`: the current one and earlier ones, `kept` in all."""

    width_ms: int
    kept: int


STATE_TTL_S: Final = 180 * 86_400
TREND_TTL_S: Final = 90 * 86_400
SESSION_GAP_MS: Final = 30 * 60_000
BUCKETS: Final = (Bucket(5 * 60_000, 12), Bucket(HOUR_MS, 24), Bucket(DAY_MS, 30))
# Window → (place in BUCKETS, how many of them).
WINDOWS: Final = {"1h": (0, 12), "24h": (1, 24), "7d": (2, 7), "30d": (2, 30)}


of_shopper: Final = partial(Feature, of="shopper", ttl_s=STATE_TTL_S)
RECENTS: Final = of_shopper(
    "recents",
    "list of (article, kind, time)",
    "ms of event time",
    "what was last viewed, clicked, put into the bag and bought, newest first, each once per kind",
    bound=50,
    default="empty",
    window="last 50",
)
BAG: Final = of_shopper(
    "bag", "list of articles", "article", "the articles in the bag", bound=50, default="empty"
)
COUNTS: Final = of_shopper(
    "counts", "number by event type", "events", "how often each type of event occurred", bound=7
)
COUNTS_IN_TIME: Final = of_shopper(
    "windows",
    "number by window and event type",
    "events",
    "how often each type occurred lately, the present bucket included",
    bound=7 * sum(bucket.kept for bucket in BUCKETS),
    window="1 h in buckets of 5 min, 24 h of 1 h, 7 d and 30 d of 1 d",
)
AFFINITIES: Final = of_shopper(
    "affinities",
    "weight by value of garment_group, product_type, colour_master, index_group, price_level, "
    "pattern, department",
    "views of this moment (a bag_add weighs 3, a purchase 5)",
    "what the shopper turns to, by attribute; price levels are half octaves of the price in money",
    bound=12,
    default="empty",
    half_life_ms=30 * DAY_MS,
)
LAST_SEEN: Final = of_shopper("last_seen", "time", "ms of event time", "the newest event")
SESSIONS: Final = of_shopper(
    "sessions", "number", "sessions", "visits, each ended by 30 min without an event"
)
SESSION_START: Final = of_shopper(
    "session_start", "time", "ms of event time", "when the current visit began",
    window="this session",
)  # fmt: skip
SESSION_EVENTS: Final = of_shopper(
    "session_events",
    "number",
    "events",
    "number of events in the current visit",
    window="this session",
)
LAST_PURCHASE: Final = of_shopper(
    "last_purchase", "time", "ms of event time", "recency: the newest purchase"
)
PURCHASE_DAYS: Final = of_shopper(
    "purchase_days", "number", "days", "frequency: days of event time with a purchase"
)
DISLIKES: Final = of_shopper(
    "dislikes",
    "list of articles",
    "article",
    "what the shopper asked to see less of, newest first; written by the page, not by the log",
    bound=50,
    default="empty",
)
TRENDING: Final = Feature(
    "trending", "weight by article", "views of this moment (a bag_add weighs 3, a purchase 5)",
    "what is viewed, put into bags and bought now; overall the same over all index groups",
    bound=200, default="empty", half_life_ms=2 * DAY_MS, of="index group", ttl_s=TREND_TTL_S,
)  # fmt: skip
of_article: Final = partial(Feature, of="article", ttl_s=TREND_TTL_S)
ARTICLE_COUNTS: Final = of_article(
    "views, adds, purchases", "number", "events",
    "how often the article was viewed, put into a bag, bought",
    bound=3, window="this epoch of 16 d and the one before",
)  # fmt: skip
ARTICLE_RATES: Final = of_article(
    "add_rate, purchase_rate", "number from 0 to 1", "per view",
    "(10 · shop's rate + adds or purchases) ÷ (10 + views): few views say little",
    bound=2, default="the shop's rate; 0 without views", window="as the counts",
)  # fmt: skip

REGISTRY: Final = (
    RECENTS, BAG, COUNTS, COUNTS_IN_TIME, AFFINITIES, LAST_SEEN, SESSIONS, SESSION_START,
    SESSION_EVENTS, LAST_PURCHASE, PURCHASE_DAYS, DISLIKES, TRENDING, ARTICLE_COUNTS,
    ARTICLE_RATES,
)  # fmt: skip

# What an event says of a shopper's taste, and of an article's popularity.
AFFINITY_WEIGHTS: Final = {
    Action.VIEW: 1, Action.CLICK: 0, Action.BAG_ADD: 3, Action.PURCHASE: 5,
}  # fmt: skip
TREND_WEIGHTS: Final = {Action.VIEW: 1, Action.BAG_ADD: 3, Action.PURCHASE: 5}
