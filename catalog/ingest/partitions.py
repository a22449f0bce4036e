"""The month partitions of catalog_transaction: made apart, loaded, then indexed and attached.

A month's table is created standing alone, with the parent's columns, NOT NULLs and CHECKs but no
index and no foreign key, so that COPY writes rows and nothing else. When the file is finished
`build` adds the parent's indexes and foreign keys to it (the keys are checked by PostgreSQL in
one join each, not row by row), and `attach` hangs all months into the parent in one transaction:
the shop sees the old history until then and the whole new one after. Each step asks the system
catalogue what is there already, so that a killed run may simply do them again.
"""

from datetime import date

from django.db import connection

PARENT = "catalog_transaction"

# Equal to the parent's, so that ATTACH adopts them.
INDEXES = {
    "customer_day": "(customer_id, t_dat)",
    "article_day": "(article_id, t_dat)",
    "id": "USING brin (id, t_dat)",
}
FOREIGN_KEYS = {
    "transaction_customer": (
        "FOREIGN KEY (customer_id) REFERENCES catalog_customer (id) ON DELETE CASCADE"
    ),
    "transaction_article": "FOREIGN KEY (article_id) REFERENCES catalog_article (id)",
}


def table_of(month: date) -> str:
    """The name of a month's table: catalog_transaction_2020_09."""
    return f"{PARENT}_{month:%Y_%m}"


def bounds_of(month: date) -> tuple[date, date]:
    """First day of the month, first day of the next."""
    first = month.replace(day=1)
    return first, (first.replace(day=28) + date.resolution * 4).replace(day=1)


def ensure(month: date) -> None:
    """An attached, empty partition for the month, for rows that come one by one."""
    first, after = bounds_of(month)
    execute(
        f"CREATE TABLE IF NOT EXISTS {table_of(month)} PARTITION OF {PARENT} "
        f"FOR VALUES FROM ('{first}') TO ('{after}')"
    )


def create_apart(month: date) -> None:
    """The month's table, not yet attached: columns, NOT NULLs and CHECKs only.

    The CHECK on t_dat spares ATTACH a scan of the table. It is vacuumed when it is built.
    """
    first, after = bounds_of(month)
    execute(
        f"CREATE TABLE {table_of(month)} (LIKE {PARENT} INCLUDING CONSTRAINTS, "
        f"CONSTRAINT month CHECK (t_dat >= '{first}' AND t_dat < '{after}')) "
        "WITH (autovacuum_enabled = off)"
    )


def build(month: date) -> None:
    """The parent's indexes and validated foreign keys on a loaded table that stands apart."""
    table = table_of(month)
    for name, definition in INDEXES.items():
        execute(f"CREATE INDEX IF NOT EXISTS {table}_{name} ON {table} {definition}")
    # With the pages marked all-visible, the keys are checked from the indexes alone. Most are: rows
    # are loaded frozen, and VACUUM passes over them.
    execute(f"VACUUM (ANALYZE) {table}")
    for name, definition in FOREIGN_KEYS.items():
        if name not in constraints_of(table):
            # NOT VALID takes the strong lock for an instant; VALIDATE then reads beside others.
            execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID")
        execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def attach(month: date) -> None:
    """Make the built table a partition."""
    first, after = bounds_of(month)
    table = table_of(month)
    execute(
        f"ALTER TABLE {PARENT} ATTACH PARTITION {table} FOR VALUES FROM ('{first}') TO ('{after}')"
    )
    execute(f"ALTER TABLE {table} DROP CONSTRAINT month")
    execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")


def drop_all() -> None:
    """Drop every month's table, attached or not."""
    for table in (*attached(), *apart()):
        execute(f"DROP TABLE {table}")


def apart() -> list[str]:
    """Names of the month tables that are not (yet) partitions, in order."""
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
    return set(map(month_of, (*attached(), *apart())))


def month_of(table: str) -> date:
    """The month a table's name tells."""
    year, month = table.rsplit("_", 2)[1:]
    return date(int(year), int(month), 1)


def constraints_of(table: str) -> list[str]:
    return names("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass", [table])


def names(sql: str, parameters: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()]


def execute(sql: str) -> None:
    """Run SQL made of our own names and dates; no user input comes here."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
