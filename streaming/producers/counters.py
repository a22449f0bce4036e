"""How many events pages and API took, and how many of them Kafka didn't, for Prometheus."""

from typing import Final

from prometheus_client import Counter

EVENTS: Final = Counter(
    "events",
    "events of pages and API: all, those Kafka didn't take, those lost",
    ["outcome"],
)
ACCEPTED: Final = "accepted"
SPOOLED: Final = "spooled"
LOST: Final = "lost"


def count(outcome: str, events: int = 1) -> None:
    EVENTS.labels(outcome).inc(events)
