"""The health check of kept connections to PostgreSQL, on a real one."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.db import connection as default
from django.db import connections

from demo.tests.demos import until
from web.postgresql.base import DatabaseWrapper, has_news

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept() -> Iterator[DatabaseWrapper]:
    """A connection as it is at the start of a request, of another thread than the test's."""
    made = connections.create_connection("default")
    assert isinstance(made, DatabaseWrapper)
    made.settings_dict["CONN_HEALTH_CHECKS"] = True
    made.connect()
    made.health_check_done = False
    yield made
    made.close()


def backend_of(connection: DatabaseWrapper) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def end(backend: int) -> None:
    with default.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


def test_a_healthy_connection_is_not_asked(kept: DatabaseWrapper) -> None:
    with patch.object(kept, "is_usable") as asked:
        before = backend_of(kept)
        kept.health_check_done = False
        assert backend_of(kept) == before
    asked.assert_not_called()


def test_an_ended_connection_is_replaced(kept: DatabaseWrapper) -> None:
    before = backend_of(kept)
    end(before)
    kept.health_check_done = False
    assert backend_of(kept) != before


def test_a_connection_with_news_that_works_is_kept(kept: DatabaseWrapper) -> None:
    """A notification is news, and no reason to connect again."""
    before = backend_of(kept)
    with kept.cursor() as cursor:
        cursor.execute("LISTEN somebody")
    with default.cursor() as cursor:
        cursor.execute("NOTIFY somebody")
    until(lambda: has_news(kept.connection), 30)
    kept.health_check_done = False
    assert backend_of(kept) == before


def test_a_closed_connection_has_news(kept: DatabaseWrapper) -> None:
    kept.connection.close()
    assert has_news(kept.connection)
