"""The names of the stream's keys in Redis.

The part in braces is what Redis Cluster hashes: all that one batch writes lies in one slot.
"""

from datetime import date

from django.conf import settings

from streaming.events.schema import partition_of

# The only key that never expires: without it the shop would fall back to the end of the data.
CLOCK = "stream:clock"
# When each worker said something last.
WORKERS = "stream:workers"
ANY_STATE = "{p*}:s:*"
OF_THE_LOG = ("fence:*", "epochs", "s:*", "t:*", "n:*", "co:*")


def tag(partition: int) -> str:
    return f"{{p{partition}}}"


def state(shopper: str) -> str:
    return f"{tag(partition_of(shopper, settings.KAFKA_PARTITIONS))}:s:{shopper}"


def dislikes(shopper: str) -> str:
    return f"{tag(partition_of(shopper, settings.KAFKA_PARTITIONS))}:no:{shopper}"


def fence(partition: int, topic_id: str) -> str:
    return f"{tag(partition)}:fence:{topic_id}"


def epochs(partition: int) -> str:
    return f"{tag(partition)}:epochs"


def trend(partition: int, epoch: int, index_group: int) -> str:
    return f"{tag(partition)}:t:{epoch}:{index_group}"


def counts(partition: int, epoch: int) -> str:
    return f"{tag(partition)}:n:{epoch}"


def co_views(partition: int, article: int) -> str:
    return f"{tag(partition)}:co:{article}"


def top(index_group: int | None) -> str:
    return f"stream:top:{'all' if index_group is None else index_group}"


def status(worker: str) -> str:
    return f"stream:status:{worker}"


def series(worker: str) -> str:
    return f"stream:series:{worker}"


def events_of_day(day: date) -> str:
    return f"stream:day:{day}"
