"""The version of the catalogue's data, which every change of it moves, pictures included."""

from collections.abc import Callable
from typing import Final, TypeVar, TypeVarTuple

from catalog.models import IngestRun
from web.cache import TTLCache, per_version

T = TypeVar("T")
Args = TypeVarTuple("Args")


def read_version() -> str | None:
    """A name of the last finished ingest and of its last change; None without one."""
    run = IngestRun.objects.filter(status=IngestRun.Status.DONE).order_by("-pk").first()
    return None if run is None else f"{run.pk}:{run.finished_at}"


_current: Final[TTLCache[str | None]] = TTLCache(read_version, None)


def data_version() -> str | None:
    """The version as it was at most a second ago; None before the first ingest has finished."""
    return _current.get()


def per_data_version(
    most: int = 1,
) -> Callable[[Callable[[*Args], T]], Callable[[*Args], T]]:
    """Keep the results for `most` arguments until the data change."""
    return per_version(data_version, most)
