"""Connection settings for loading, and the lock that allows one ingest at a time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from catalog.ingest.errors import IngestError

LOCK = int.from_bytes(b"ingesthm", "big")
LOCK_TRIES, LOCK_PAUSE = 10, 0.5
SETTINGS = {
    # A server crash loses at most the last blocks, rows and checkpoint together.
    "synchronous_commit": "off",
    # Sorts the customers' indexes in memory.
    "maintenance_work_mem": "256MB",
    "work_mem": "128MB",
    # Compressing full-page images of new indexes takes as long as the rest of building an index.
    "wal_compression": "off",
    # A server process notices within a second that its client was killed, and releases its locks.
    "client_connection_check_interval": "1s",
}
# Some settings need superuser rights; without those the server's own values apply.
SET = (
    "SELECT set_config(name, %s, false) FROM pg_settings "
    "WHERE name = %s AND has_parameter_privilege(name, 'SET')"
)


def prepare(**more: str) -> None:
    """Apply the settings for loading to the connection."""
    with connection.cursor() as cursor:
        for name, value in (SETTINGS | more).items():
            cursor.execute(SET, [value, name])


@contextmanager
def loading() -> Iterator[None]:
    """Apply the settings while loading, then reset them."""
    prepare()
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                for name in SETTINGS:
                    cursor.execute(f"RESET {name}")


@contextmanager
def ingest_lock() -> Iterator[None]:
    """Hold the database-wide ingest lock. The server releases it if this process is killed."""
    for attempt in range(LOCK_TRIES):
        if query("SELECT pg_try_advisory_lock(%s)", LOCK):
            break
        time.sleep(LOCK_PAUSE if attempt < LOCK_TRIES - 1 else 0)
    else:
        raise IngestError("Another ingest is running on this database; wait until it has finished.")
    try:
        yield
    finally:
        if connection.is_usable():
            query("SELECT pg_advisory_unlock(%s)", LOCK)


def query(sql: str, *parameters: int) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]
