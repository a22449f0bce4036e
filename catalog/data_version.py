"""The version of the catalogue's data; every change moves it, including changes of pictures."""

from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar, TypeVarTuple

from django.db import DEFAULT_DB_ALIAS

from catalog.models import IngestRun
from web.cache import TTLCache, per_version
from web.replica import REPLICA, reading

T = TypeVar("T")
Args = TypeVarTuple("Args")


def read_version(database: str = DEFAULT_DB_ALIAS) -> str | None:
    """An identifier of the last finished ingest and its last change; None without one."""
    run = (
        IngestRun.objects.using(database)
        .filter(status=IngestRun.Status.DONE)
        .order_by("-pk")
        .first()
    )
    return None if run is None else f"{run.pk}:{run.finished_at}"


# By database, as a replica's data may be older than the primary's version.
_current: Final = {
    name: TTLCache(partial(read_version, name), None) for name in (DEFAULT_DB_ALIAS, REPLICA)
}


def data_version() -> str | None:
    """The version, at most a second old; None before the first ingest has finished."""
    return _current[reading().alias].get()


def per_data_version(
    most: int = 1,
) -> Callable[[Callable[[*Args], T]], Callable[[*Args], T]]:
    """Cache the results for `most` arguments until the data change."""
    return per_version(data_version, most)
