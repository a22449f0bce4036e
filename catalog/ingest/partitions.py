"""The month partitions of catalog_transaction: created detached, loaded, then indexed and attached.

A month's table starts detached, with the parent's columns, NOT NULLs and CHECKs but no indexes or
foreign keys, so that COPY only writes rows. Once the file is finished, they get their indexes
and foreign keys (validated by one join each, not row by row), and `attach` attaches all months in
one transaction: until then the shop sees the old history, afterwards the whole new one. Each step
checks the system catalogue for what exists, so a killed run can simply repeat it.
"""

from datetime import date

from django.db import connection

from catalog.period import month_after, month_of

PARENT = "catalog_transaction"

# Same definitions as the parent's, so that ATTACH reuses them.
INDEXES = {
    "customer_day": "(customer_id, t_dat)",
    "id": "USING brin (id, t_dat)",
}
FOREIGN_KEYS = {
    "transaction_customer": (
        "FOREIGN KEY (customer_id) REFERENCES catalog_customer (id) ON DELETE CASCADE"
    ),
    "transaction_article": "FOREIGN KEY (article_id) REFERENCES catalog_article (id)",
}
# Customers are checked by merging two indexes, which takes less time than hashing all of them for
# each month. No index of a month orders its articles, and these fit into a small hash table.
FOREIGN_KEY_SETTINGS = {
    "transaction_customer": ("enable_hashjoin = off",),
    "transaction_article": ("enable_hashjoin = on", "maintenance_work_mem = '16MB'"),
}


def table_of(month: date) -> str:
    """The name of a month's table: catalog_transaction_2020_09."""
    return f"{PARENT}_{month:%Y_%m}"


def bounds_of(month: date) -> tuple[date, date]:
    """First day of the month, first day of the next."""
    return month.replace(day=1), month_after(month)


def create_detached(month: date) -> None:
    """Create the month's table, detached: only columns, NOT NULLs and CHECKs.

    The CHECK on t_dat spares ATTACH a scan of the table. `add_foreign_keys` vacuums it.
    """
    first, after = bounds_of(month)
    execute(
        f"CREATE TABLE {table_of(month)} (LIKE {PARENT} INCLUDING CONSTRAINTS, "
        f"CONSTRAINT month CHECK (t_dat >= '{first}' AND t_dat < '{after}')) "
        "WITH (autovacuum_enabled = off)"
    )


def create_indexes(month: date) -> None:
    """Add the parent's indexes to a loaded, detached table."""
    table = table_of(month)
    for name, definition in INDEXES.items():
        execute(f"CREATE INDEX IF NOT EXISTS {table}_{name} ON {table} {definition}")


def add_foreign_keys(month: date) -> None:
    """Add the parent's foreign keys, validated, to a table that is indexed."""
    table = table_of(month)
    # With all pages marked all-visible, foreign keys are checked by index-only scans. Most pages
    # already are, as rows are loaded frozen, so VACUUM skips them.
    execute(f"VACUUM (ANALYZE) {table}")
    for name, definition in FOREIGN_KEYS.items():
        if name not in constraints_of(table):
            # NOT VALID holds the strong lock only briefly; VALIDATE then allows concurrent access.
            execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID")
        for setting in FOREIGN_KEY_SETTINGS[name]:
            execute(f"SET {setting}")
        execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def attach(month: date) -> None:
    """Attach the built table as a partition."""
    first, after = bounds_of(month)
    table = table_of(month)
    execute(
        f"ALTER TABLE {PARENT} ATTACH PARTITION {table} FOR VALUES FROM ('{first}') TO ('{after}')"
    )
    execute(f"ALTER TABLE {table} DROP CONSTRAINT month")
    execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")


def drop_all() -> None:
    """Drop every month's table, attached or not."""
    for table in (*attached(), *detached_partitions()):
        execute(f"DROP TABLE {table}")


def detached_partitions() -> list[str]:
    """Names of the month tables that aren't partitions (yet), in order."""
    return names(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND NOT relispartition "
        "AND pg_table_is_visible(oid) AND relname ~ %s ORDER BY relname",
        [rf"^{PARENT}_\d{{4}}_\d{{2}}$"],
    )


def attached() -> list[str]:
    """Names of the partitions, in order."""
    return names(
        "SELECT inhrelid::regclass::text FROM pg_inherits "
        "WHERE inhparent = %s::regclass ORDER BY 1",
        [PARENT],
    )


def months() -> set[date]:
    """All months that have a table."""
    return set(map(month_of, (*attached(), *detached_partitions())))


def constraints_of(table: str) -> list[str]:
    return names("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass", [table])


def names(sql: str, parameters: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()]


def execute(sql: str) -> None:
    """Run SQL built from our own names and dates, never from user input."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
