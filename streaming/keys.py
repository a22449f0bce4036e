"""The names of the stream's keys in Redis.

The part in braces is what Redis Cluster hashes: all that one batch writes is in one slot.
"""

from collections.abc import Iterable
from datetime import date

from streaming.partitions import home_of

# Never expires, as those erased; PostgreSQL knows both too.
CLOCK = "stream:clock"
# Everybody who was erased: PostgreSQL learns it again from here after an older backup is restored.
ERASED = "stream:erased"
# When each worker said something last.
WORKERS = "stream:workers"
ANY_STATE = "{p*}:s:*"
OF_THE_LOG = ("fence:*", "log", "epochs", "s:*", "t:*", "n:*", "co:*")


def tag(partition: int) -> str:
    return f"{{p{partition}}}"


def state(shopper: str) -> str:
    return f"{tag(home_of(shopper))}:s:{shopper}"


def states(partition: int, shoppers: Iterable[str]) -> list[str]:
    """Of shoppers whose home is the partition."""
    return [f"{{p{partition}}}:s:{shopper}" for shopper in shoppers]


def dislikes(shopper: str) -> str:
    return f"{tag(home_of(shopper))}:no:{shopper}"


def fence(partition: int, topic_id: str) -> str:
    return f"{tag(partition)}:fence:{topic_id}"


def log(partition: int) -> str:
    """Of which topic the partition's trends hold events."""
    return f"{tag(partition)}:log"


def of_articles(partition: int) -> tuple[str, str]:
    """Patterns of what is known of articles: trends and counts."""
    return f"{tag(partition)}:t:*", f"{tag(partition)}:n:*"


def trend(partition: int, epoch: int, index_group: int) -> str:
    return f"{tag(partition)}:t:{epoch}:{index_group}"


def counts(partition: int, epoch: int) -> str:
    return f"{tag(partition)}:n:{epoch}"


def top(index_group: int | None) -> str:
    return f"stream:top:{'all' if index_group is None else index_group}"


def status(worker: str) -> str:
    return f"stream:status:{worker}"


def series(worker: str) -> str:
    return f"stream:series:{worker}"


def events_of_day(day: date) -> str:
    return f"stream:day:{day}"
