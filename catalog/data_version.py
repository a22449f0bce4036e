"""The version of the catalogue's data; every change moves it, including changes of pictures."""

from collections.abc import Callable
from typing import Final, TypeVar, TypeVarTuple

from catalog.models import IngestRun
from web.cache import TTLCache, per_version

T = TypeVar("T")
Args = TypeVarTuple("Args")


def read_version() -> str | None:
    """An identifier of the last finished ingest and its last change; None without one."""
    run = IngestRun.objects.filter(status=IngestRun.Status.DONE).order_by("-pk").first()
    return None if run is None else f"{run.pk}:{run.finished_at}"


_current: Final[TTLCache[str | None]] = TTLCache(read_version, None)


def data_version() -> str | None:
    """The version, at most a second old; None before the first ingest has finished."""
    return _current.get()


def per_data_version(
    most: int = 1,
) -> Callable[[Callable[[*Args], T]], Callable[[*Args], T]]:
    """Cache the results for `most` arguments until the data change."""
    return per_version(data_version, most)
