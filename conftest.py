"""Fixtures that the tests of several rooms use, and how a test leaves the database behind."""

from functools import cache

from django.db import connection
from django.test import TransactionTestCase

pytest_plugins = ["streaming.tests.fixtures", "recommendations.tests.fixtures"]

# What `migrate` fills in from the models.
KEPT = {"django_content_type", "auth_permission"}


@cache
def tables() -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted({*names} - KEPT)


def empty_tables(_: TransactionTestCase) -> None:
    """Empty what the test filled. Django's flush empties every table, with all its indexes, and
    then fills in content types and permissions again."""
    quoted = connection.ops.quote_name
    some = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM {quoted(name)})" for name in tables()]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(some))
        if filled := [quoted(name) for (name,) in cursor.fetchall()]:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")


TransactionTestCase._fixture_teardown = empty_tables  # type: ignore[attr-defined]
