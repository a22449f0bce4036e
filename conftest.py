"""Fixtures that the tests of several rooms use, and how a test leaves the database behind."""

from collections.abc import Iterator
from functools import cache

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase, override_settings

pytest_plugins = [
    "streaming.tests.fixtures",
    "recommendations.tests.fixtures",
    "recommendations.tests.processors",
]

# What `migrate` fills in from the models.
KEPT = {"django_content_type", "auth_permission"}


@cache
def tables() -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted({*names} - KEPT)


def empty_tables(_: TransactionTestCase) -> None:
    """Delete what the test wrote. Django's flush truncates every table, with all its indexes, and
    then fills in content types and permissions again, which takes eighteen times as long."""
    quoted = connection.ops.quote_name
    some = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM {quoted(name)})" for name in tables()]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(some))
        filled = [quoted(name) for (name,) in cursor.fetchall()]
        # No trigger runs, nor any check of a foreign key, as everything goes.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in filled:
            # An ingest reads how many rows PostgreSQL takes a month to have.
            cursor.execute(f"{'TRUNCATE' if 'transaction' in name else 'DELETE FROM'} {name}")


@pytest.fixture(autouse=True, scope="session")
def fast_passwords() -> Iterator[None]:
    """Hundreds of tests sign somebody in, and a safe hash takes a third of a second."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


TransactionTestCase._fixture_teardown = empty_tables  # type: ignore[attr-defined]
