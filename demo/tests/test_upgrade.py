"""An installed shop migrates to the current schema without losing rows.

Apps have been reorganised since that version was installed; tables and app labels haven't changed.
"""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.conf import settings
from psycopg2.sql import SQL, Identifier

from demo.tests.demos import PROJECT

#: The last migrations of commit 677770e, before the reorganisation.
INSTALLED = {
    "catalog": "0008_places",
    "streaming": "0004_dead_letters",
    "recommendations": "0004_touches_before_sign_in",
    "storefront": "0007_experiments_of_data",
}
ROWS = (
    "INSERT INTO catalog_customer (id, customer_id, fn, club_member_status, fashion_news_frequency,"
    " age, postal_code) VALUES (7, repeat('ab', 32), true, 'ACTIVE', 'NONE', 31, 'x')",
    "INSERT INTO catalog_ingestrun (id, started_at, finished_at, status, data_dir, report)"
    " VALUES (1, now(), now(), 'done', 'data', '{\"rows\": 3}')",
    "INSERT INTO streaming_erasedshopper (shopper, erased_at, asked_by, customer_id, removed)"
    " VALUES ('c9', now(), 'support', repeat('cd', 32), '{}')",
    "INSERT INTO streaming_outboxevent (id, event, created_at) VALUES (1, '{}', now())",
    "INSERT INTO storefront_bag (id, shopper, updated_at) VALUES (1, 'c7', now())",
    "INSERT INTO storefront_order (id, number, checkout, shopper, placed_at, total, customer_id,"
    " delivery, payment) VALUES (1, 'AB12CD', gen_random_uuid(), 'c7', now(), 29.99, 7, '', '')",
    "INSERT INTO recommendations_modelversion (id, version, created_at, status, is_active, metrics,"
    " manifest, error) VALUES (1, 'one', now(), 'ready', true, '{}', '{}', '')",
    "INSERT INTO recommendations_rule (id, name, action, target, number, amount, kinds, audience,"
    " is_on) VALUES (1, 'no socks', 'exclude', 'product_type', 302, 1, '{for-you}', '', true)",
    "INSERT INTO recommendations_layer (id, name) VALUES (9, 'an experiment''s layer')",
)
#: Columns that nothing reads any more: the only data that an upgrade may drop.
DROPPED = {("catalog_article", "search")}
Table = tuple[str, list[str]]


@pytest.fixture
def address() -> Iterator[str]:
    """A separate database for the test."""
    name = f"upgrade_{uuid.uuid4().hex[:8]}"
    server = psycopg2.connect(settings.DATABASE_URL)
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
    finally:
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        server.close()


@pytest.mark.slow
def test_an_installed_shop_keeps_every_row(address: str) -> None:
    migrate(address, list(INSTALLED.items()))
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        for row in ROWS:
            cursor.execute(row)
        connection.commit()
        tables = [
            (table, [column for column in columns if (table, column) not in DROPPED])
            for table, columns in tables_of(cursor)
        ]
        before = {name: rows(cursor, name, columns) for name, columns in tables}
    migrate(address, [()])
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        after = {name: rows(cursor, name, columns) for name, columns in tables}
    lost = {name: sorted(set(before[name]) - set(after[name])) for name in before}
    assert {name: missing for name, missing in lost.items() if missing} == {}
    assert sum(map(len, before.values())) == len(ROWS)


def migrate(address: str, targets: Sequence[tuple[str, ...]]) -> None:
    """`manage.py migrate` with each of these arguments."""
    script = f"""
import django
from django.core.management import call_command
django.setup()
for target in {targets}:
    call_command("migrate", *target, verbosity=0)
"""
    environment = os.environ | {"DATABASE_URL": address}
    subprocess.run([sys.executable, "-c", script], cwd=PROJECT, env=environment, check=True)


def tables_of(cursor: "psycopg2.extensions.cursor") -> list[Table]:
    """The shop's own tables with their current columns."""
    cursor.execute(
        "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position)"
        " FROM information_schema.columns JOIN information_schema.tables"
        " USING (table_schema, table_name)"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        " AND split_part(table_name, '_', 1) = ANY (%s) GROUP BY 1",
        [list(INSTALLED)],
    )
    return list(cursor.fetchall())


def rows(cursor: "psycopg2.extensions.cursor", table: str, columns: list[str]) -> list[str]:
    """Each row as text, with the columns that the table had."""
    names = SQL(", ").join(map(Identifier, columns))
    cursor.execute(SQL("SELECT row({})::text FROM {}").format(names, Identifier(table)))
    return [text for (text,) in cursor.fetchall()]
