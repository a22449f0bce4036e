"""Who serves a request's reads: the replica here is a second connection to the tests' database."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import DjangoDbBlocker

from web import replica
from web.replica import COOKIE, LAG_S, REPLICA, ReplicaReads

ask = RequestFactory()


@pytest.fixture(autouse=True)
def second_connection(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    monkeypatch.setitem(connections.settings, REPLICA, connections.settings[DEFAULT_DB_ALIAS])
    with django_db_blocker.unblock():
        yield
        connections[REPLICA].close()
        del connections[REPLICA]


@contextmanager
def progress(replayed: int, *, complete: bool = True, age_s: float = 0) -> Iterator[None]:
    """The replica says that it is so far."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replica, "PROGRESS", f"SELECT {replayed}, {complete}, {age_s}")
        yield


def who_serves(request: HttpRequest, reads: ReplicaReads | None = None) -> str:
    (found,) = served(request, reads)[0]
    return found


def served(
    request: HttpRequest, reads: ReplicaReads | None = None, *, writes: bool = False
) -> tuple[list[str], HttpResponse]:
    """The databases that a view reads from, before it writes and after."""
    found = []

    def view(_: HttpRequest) -> HttpResponse:
        found.append(replica.reading().alias)
        if writes:
            replica.writing()
            found.append(replica.reading().alias)
        return HttpResponse("well")

    middleware = reads or ReplicaReads(view)
    middleware.get_response = view
    return found, middleware(request)


def by(written: object) -> HttpRequest:
    """A request of a browser that carries this position."""
    request = ask.get("/")
    request.COOKIES[COOKIE] = str(written)
    return request


def test_a_browser_never_reads_from_before_its_own_write() -> None:
    with progress(100):
        assert who_serves(ask.get("/")) == REPLICA
        assert who_serves(by(100)) == REPLICA
        assert who_serves(by(101)) == DEFAULT_DB_ALIAS


@pytest.mark.parametrize("forged", ["", "x", "-1", "1.5", "٣", "9" * 21])
def test_a_cookie_that_we_never_wrote_counts_for_nothing(forged: str) -> None:
    with progress(0):
        assert who_serves(by(forged)) == REPLICA


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_request_that_may_write_is_the_primarys(method: str) -> None:
    with progress(100):
        assert who_serves(getattr(ask, method)("/")) == DEFAULT_DB_ALIAS


def test_a_write_leads_what_follows_to_the_primary_and_tells_the_browser_its_position() -> None:
    with progress(0):
        found, response = served(ask.get("/"), writes=True)
    assert found == [REPLICA, DEFAULT_DB_ALIAS]
    cookie = response.cookies[COOKIE]
    assert cookie.value.isdigit()
    assert cookie["httponly"]
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(replica.WRITTEN)
        assert 0 < int(cookie.value) <= cursor.fetchone()[0]


def test_a_response_to_a_read_carries_no_position() -> None:
    with progress(0):
        assert COOKIE not in served(ask.get("/"))[1].cookies


def test_a_replica_that_lags_serves_nobody_until_it_has_caught_up() -> None:
    reads = ReplicaReads(lambda request: HttpResponse())
    with progress(100, complete=False, age_s=LAG_S + 1):
        assert who_serves(ask.get("/"), reads) == DEFAULT_DB_ALIAS
    with progress(100, complete=False, age_s=LAG_S - 1):
        assert who_serves(ask.get("/"), reads) == REPLICA
    # In a quiet shop the last transaction is old, and nothing is missing.
    with progress(100, complete=True, age_s=1e6):
        assert who_serves(ask.get("/"), reads) == REPLICA
    with progress(100, complete=False, age_s=1e6):
        assert who_serves(ask.get("/"), reads) == REPLICA, "it had caught up a moment ago"
    reads.caught_up -= LAG_S
    with progress(100, complete=False, age_s=1e6):
        assert who_serves(ask.get("/"), reads) == DEFAULT_DB_ALIAS


def test_a_replica_that_does_not_answer_is_left_alone_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nowhere = {**connections.settings[DEFAULT_DB_ALIAS], "HOST": "127.0.0.1", "PORT": "1"}
    monkeypatch.setitem(connections.settings, REPLICA, nowhere)
    reads = ReplicaReads(lambda request: HttpResponse())
    assert who_serves(ask.get("/"), reads) == DEFAULT_DB_ALIAS
    monkeypatch.setitem(connections.settings, REPLICA, connections.settings[DEFAULT_DB_ALIAS])
    del connections[REPLICA]
    with progress(100):
        assert who_serves(ask.get("/"), reads) == DEFAULT_DB_ALIAS, "asked again at once"
        reads.down_until = 0.0
        assert who_serves(ask.get("/"), reads) == REPLICA


def test_what_all_share_and_what_no_request_asks_for_is_read_from_the_primary() -> None:
    found = []

    def view(_: HttpRequest) -> HttpResponse:
        found.append(replica.reading().alias)
        with replica.primary():
            found.append(replica.reading().alias)
        found.append(replica.reading().alias)
        return HttpResponse()

    with progress(0):
        ReplicaReads(view)(ask.get("/"))
        assert found == [REPLICA, DEFAULT_DB_ALIAS, REPLICA]
        assert replica.reading().alias == DEFAULT_DB_ALIAS


def test_the_tables_are_made_on_the_primary_alone() -> None:
    router = replica.Router()
    assert router.allow_migrate(DEFAULT_DB_ALIAS, "catalog")
    assert not router.allow_migrate(REPLICA, "catalog")
