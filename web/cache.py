"""In-process caches. They all live in this module, so that one call empties them.

| | lifetime |
|---|---|
| `per_version` | until the version of the underlying data changes |
| `per_owner` | as long as the first argument, such as a bundle that gets replaced |
| `bounded` | no expiry: values that never change, evicted least recently used first |
| `TTLCache` | one second: rows that every request needs; by `Poll` |
| `per_request` | the request |

All of them are bounded. `empty()` clears them, as in a new process, except for constants.
"""

import logging
import threading
import time
import weakref
from collections.abc import Callable, Collection, Hashable
from contextlib import nullcontext
from functools import lru_cache, wraps
from itertools import islice
from typing import Final, Generic, TypeVar, TypeVarTuple

from django.db import Error
from django.http import HttpRequest

from web.replica import primary

logger = logging.getLogger(__name__)

CHECK_S: Final = 1.0
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
Owner = TypeVar("Owner")
Args = TypeVarTuple("Args")
Version = Callable[[], str | None]

_emptying: list[Callable[[], object]] = []


def empty() -> None:
    """Clear every cache of what can change."""
    for clear in _emptying:
        clear()


def on_empty(clear: Callable[[], object]) -> None:
    """Have `empty` call `clear` as well: for state that lasts as long as the process."""
    _emptying.append(clear)


def bounded(
    most: int, *, constant: bool = False
) -> Callable[[Callable[[*Args], T]], Callable[[*Args], T]]:
    """Cache the `most` recently used results of a function whose results never change.

    `constant` results depend on nothing outside the code, not even on settings: `empty` keeps them.
    """

    def decorate(read: Callable[[*Args], T]) -> Callable[[*Args], T]:
        kept = lru_cache(maxsize=most)(read)
        if not constant:
            on_empty(kept.cache_clear)

        @wraps(read)
        def current(*arguments: *Args) -> T:
            return kept(*arguments)

        return current

    return decorate


def per_version(
    version: Version, most: int = 1
) -> Callable[[Callable[[*Args], T]], Callable[[*Args], T]]:
    """Cache the results for `most` arguments until the version changes.

    Without a version (None) changes can't be detected, so the function is always called. A single
    result, shared by the process, is read by one thread; the others wait for it.
    """

    def decorate(read: Callable[[*Args], T]) -> Callable[[*Args], T]:
        one_at_a_time = threading.RLock() if most == 1 else nullcontext()

        @lru_cache(maxsize=most)
        def kept(_: str, *arguments: *Args) -> T:
            return read(*arguments)

        @wraps(read)
        def current(*arguments: *Args) -> T:
            with one_at_a_time:
                now = version()
                return read(*arguments) if now is None else kept(now, *arguments)

        on_empty(kept.cache_clear)
        return current

    return decorate


def per_owner(
    most: int,
) -> Callable[[Callable[[Owner, *Args], T]], Callable[[Owner, *Args], T]]:
    """Cache the results for `most` arguments as long as the first argument lives."""

    def decorate(read: Callable[[Owner, *Args], T]) -> Callable[[Owner, *Args], T]:
        name = f"_cached_{read.__module__}.{read.__qualname__}"
        owners: weakref.WeakSet[Owner] = weakref.WeakSet()

        def clear() -> None:
            for owner in owners:
                vars(owner).pop(name, None)

        @wraps(read)
        def current(owner: Owner, *arguments: *Args) -> T:
            kept = vars(owner)
            if name not in kept:
                kept[name] = lru_cache(maxsize=most)(lambda *rest: read(owner, *rest))
                owners.add(owner)
            found: T = kept[name](*arguments)
            return found

        on_empty(clear)
        return current

    return decorate


class VersionedMap(Generic[K, T]):
    """Values of one version by key, loaded in bulk; at most `most` of them."""

    def __init__(self, version: Version, most: int) -> None:
        self._version, self._most = version, most
        self.clear()
        on_empty(self.clear)

    def clear(self) -> None:
        # Together, so that a thread that still loads an older version never fills the next one.
        self._kept: tuple[str | None, dict[K, T]] = (None, {})

    def get_many(self, keys: Collection[K], load: Callable[[list[K]], dict[K, T]]) -> dict[K, T]:
        """The values found for the keys; calls `load` at most once, with the keys not cached."""
        now = self._version()
        of, values = self._kept
        if now is None or now != of:
            values = {}
            self._kept = (now, values)
        known = {key: values[key] for key in keys if key in values}
        if missing := [key for key in keys if key not in known]:
            loaded = load(missing)
            values.update(loaded)
            known |= loaded
            for oldest in list(islice(values, max(0, len(values) - self._most))):
                values.pop(oldest, None)
        return known


class Poll:
    """Calls `read`, which raises nothing, at most every `seconds`, in one thread at a time."""

    def __init__(self, read: Callable[[], object], seconds: float = CHECK_S) -> None:
        self._read, self.seconds = read, seconds
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self._next = 0.0

    def keep_up(self, *, wait: bool = False) -> None:
        """Read if it is due. `wait`: also while another thread reads."""
        if self._is_due() and self._lock.acquire(blocking=wait):
            try:
                if self._is_due():
                    with primary():
                        self._read()
            finally:
                self._next = time.monotonic() + self.seconds
                self._lock.release()

    def _is_due(self) -> bool:
        return time.monotonic() >= self._next


class TTLCache(Generic[T]):
    """What `load` returned at most `seconds` ago; the last value while PostgreSQL is down."""

    def __init__(self, load: Callable[[], T], nothing: T, seconds: float = CHECK_S) -> None:
        self._load, self._nothing = load, nothing
        self._poll = Poll(self._refresh, seconds)
        self.reset()
        on_empty(self.reset)

    def reset(self) -> None:
        self._value = self._nothing
        self._poll.reset()

    def get(self) -> T:
        """Never raises. While one thread loads, the others get the old value."""
        self._poll.keep_up()
        return self._value

    def _refresh(self) -> None:
        try:
            self._value = self._load()
        except Error as error:
            logger.warning("serving the previous value: %s", error)


def per_request(read: Callable[[HttpRequest], T]) -> Callable[[HttpRequest], T]:
    """Cache the result on the request."""
    name = f"_cached_{read.__module__}.{read.__qualname__}"

    @wraps(read)
    def current(request: HttpRequest) -> T:
        kept: dict[str, T] = vars(request)
        if name not in kept:
            kept[name] = read(request)
        return kept[name]

    return current
