"""What is read once per ingest and kept in the process."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from catalog.models import IngestRun

T = TypeVar("T")


def per_ingest(read: Callable[[], T]) -> Callable[[], T]:
    """Keep what `read` returns until another ingest finishes.

    Without a finished ingest nothing tells that the articles changed: always read them.
    """

    @lru_cache(maxsize=1)
    def kept(_: str) -> T:
        return read()

    @wraps(read)
    def current() -> T:
        run = IngestRun.objects.filter(status=IngestRun.Status.DONE).order_by("-pk").first()
        return read() if run is None else kept(f"{run.pk}:{run.finished_at}")

    return current
