"""The cache module: what each kind of cache holds, its bound, and the call that empties all."""

import gc
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from web import cache


class Counted:
    """A function that counts its calls and returns the count."""

    def __init__(self) -> None:
        self.calls = 0
        self.__qualname__ = "read"  # what the caches name it by

    def __call__(self, *arguments: object) -> tuple[int, tuple[object, ...]]:
        self.calls += 1
        return self.calls, arguments


class Owner:
    """Stands for a bundle: an object that gets replaced by a newer one."""


def counted(decorate: Callable[..., Any]) -> tuple[Counted, Any]:
    read = Counted()
    return read, decorate(read)


def test_a_value_is_kept_until_its_version_changes() -> None:
    version: list[str | None] = ["1"]
    read, kept = counted(cache.per_version(lambda: version[0], most=2))
    assert kept("a") == kept("a") == (1, ("a",))
    version[0] = "2"
    assert kept("a") == (2, ("a",))
    version[0] = None
    assert kept("a") != kept("a")
    assert read.calls == 4


def test_what_a_process_shares_is_read_by_one_thread_while_the_others_wait() -> None:
    read, another = Counted(), threading.Event()

    def slow() -> object:
        if read()[0] > 1:
            another.set()
        another.wait(0.2)
        return read.calls

    kept = cache.per_version(lambda: "1")(slow)
    with ThreadPoolExecutor(4) as threads:
        found = [one.result() for one in [threads.submit(kept) for _ in range(4)]]
    assert found == [1] * 4


def test_no_more_values_are_kept_than_the_bound_says() -> None:
    read, kept = counted(cache.bounded(most=2))
    for name in "aba":
        kept(name)
    assert read.calls == 2
    for name in "cab":  # "b" is the least recently used when "c" arrives
        kept(name)
    assert read.calls == 4


def test_what_is_kept_of_an_owner_goes_with_it() -> None:
    read, kept = counted(cache.per_owner(most=2))
    one, other = Owner(), Owner()
    assert kept(one, "a") == kept(one, "a")
    assert kept(other, "a") != kept(one, "a")
    assert read.calls == 2
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is None


def test_many_values_are_loaded_at_once_and_each_only_once() -> None:
    version = ["1"]
    asked: list[list[int]] = []

    def load(keys: list[int]) -> dict[int, str]:
        asked.append(keys)
        return {key: str(key) for key in keys if key != 9}

    values: cache.VersionedMap[int, str] = cache.VersionedMap(lambda: version[0], most=3)
    assert values.get_many([1, 2, 9], load) == {1: "1", 2: "2"}
    assert values.get_many([2, 3], load) == {2: "2", 3: "3"}
    assert asked == [[1, 2, 9], [3]]
    values.get_many([4, 5], load)
    values.get_many([5, 1], load)  # 1 is the oldest, and the cache holds 3
    assert asked[-1] == [1]
    version[0] = "2"
    values.get_many([5], load)
    assert asked[-1] == [5]


def test_rows_are_asked_for_again_after_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("web.cache.time.monotonic", lambda: now[0])
    read, _ = counted(lambda read: read)
    rows: cache.TTLCache[object] = cache.TTLCache(read, nothing=None)
    assert rows.get() == rows.get() == (1, ())
    now[0] += cache.CHECK_S
    assert rows.get() == (2, ())


def test_with_the_database_down_the_rows_read_before_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[object] = ["rows", OperationalError("away")]

    def load() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    rows = cache.TTLCache(load, nothing="", seconds=0.0)
    assert rows.get() == rows.get() == "rows"
    assert not answers


def test_a_request_reads_once_and_the_next_one_again() -> None:
    _, kept = counted(cache.per_request)
    first, second = RequestFactory().get("/"), RequestFactory().get("/")
    assert kept(first) == kept(first)
    assert kept(second) != kept(first)


def test_one_call_empties_every_cache() -> None:
    owner = Owner()
    reads = [Counted() for _ in range(5)]
    rows = cache.TTLCache(reads[3], nothing=None, seconds=1e6)
    values: cache.VersionedMap[int, object] = cache.VersionedMap(lambda: "1", most=1)
    asks: list[Callable[[], object]] = [
        partial(cache.per_version(lambda: "1")(reads[0]), "a"),
        partial(cache.bounded(most=1)(reads[1]), "a"),
        partial(cache.per_owner(most=1)(reads[2]), owner, "a"),
        rows.get,
        partial(values.get_many, [1], lambda _: {1: reads[4]()}),
    ]
    for ask in asks * 2:
        ask()
    assert [read.calls for read in reads] == [1] * 5
    cache.empty()
    for ask in asks * 2:
        ask()
    assert [read.calls for read in reads] == [2] * 5


def test_what_only_the_code_determines_outlives_an_emptying() -> None:
    read = Counted()
    constant = cache.bounded(most=1, constant=True)(read)
    first = constant("a")
    cache.empty()
    assert constant("a") == first
    assert read.calls == 1


def test_a_poll_reads_once_until_it_is_due_again() -> None:
    read = Counted()
    poll = cache.Poll(read, seconds=1e6)
    poll.keep_up()
    poll.keep_up()
    assert read.calls == 1
    poll.reset()
    poll.keep_up()
    assert read.calls == 2


def test_nobody_waits_while_a_thread_reads() -> None:
    begun, done = threading.Event(), threading.Event()
    answers = ["old", "new"]

    def load() -> str:
        if len(answers) == 1:
            begun.set()
            assert done.wait(60)
        return answers.pop(0)

    rows = cache.TTLCache(load, nothing="", seconds=0)
    assert rows.get() == "old"
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(rows.get)
        assert begun.wait(60)
        assert rows.get() == "old"
        done.set()
        assert reading.result(60) == "new"
