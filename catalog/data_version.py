"""What is read once per ingest and kept in the process, or once a request and kept with it."""

import time
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar, TypeVarTuple

from django.http import HttpRequest

from catalog.models import IngestRun

T = TypeVar("T")
Args = TypeVarTuple("Args")

EACH_S: Final = 1.0
_asked: tuple[float, str | None] | None = None


def last_ingest() -> str | None:
    """A name of the last finished ingest, as it was at most EACH_S ago; None without one."""
    global _asked
    now = time.monotonic()
    if _asked is None or now - _asked[0] >= EACH_S:
        run = IngestRun.objects.filter(status=IngestRun.Status.DONE).order_by("-pk").first()
        _asked = (now, None if run is None else f"{run.pk}:{run.finished_at}")
    return _asked[1]


def forget() -> None:
    """Ask at once which ingest was the last."""
    global _asked
    _asked = None


def per_ingest(
    most: int = 1,
) -> Callable[[Callable[[*Args], T]], Callable[[*Args], T]]:
    """Keep what the function returns, for `most` arguments, until another ingest finishes.

    Without a finished ingest nothing tells that the articles changed: always call it.
    """

    def decorate(read: Callable[[*Args], T]) -> Callable[[*Args], T]:
        @lru_cache(maxsize=most)
        def kept(_: str, *arguments: *Args) -> T:
            return read(*arguments)

        @wraps(read)
        def current(*arguments: *Args) -> T:
            run = last_ingest()
            return read(*arguments) if run is None else kept(run, *arguments)

        return current

    return decorate


def per_request(read: Callable[[HttpRequest], T]) -> Callable[[HttpRequest], T]:
    """Keep what the function returns as long as the request lasts."""
    name = f"_kept_{read.__module__}.{read.__qualname__}"

    @wraps(read)
    def current(request: HttpRequest) -> T:
        kept: dict[str, T] = vars(request)
        if name not in kept:
            kept[name] = read(request)
        return kept[name]

    return current
