"""Runs `manage.py` as processes that can be killed, each with its own database.

They are forked from a server that has already imported the large libraries, so that they start in a
fraction of a second.
"""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
from django.conf import settings

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["pandas", "pyarrow.csv", "pyarrow.compute", "rich.progress", "django.core.management"]
)
PROGRESS = (
    "SELECT coalesce(sum(rows), 0), count(*) FILTER (WHERE done), "
    "(SELECT count(*) FROM catalog_ingestrun) FROM catalog_ingestfile"
)
# How many parts a week is counted in depends on where an ingest was interrupted.
WEEKS = """
(SELECT article_id, date_trunc('week', last_sold), sum(units), round(sum(spent)::numeric, 9),
    min(first_sold), max(last_sold), max(id) FROM catalog_articleweek GROUP BY 1, 2)
"""
PATIENCE_S = 120


def command(environment: dict[str, str], said: Path, arguments: list[str]) -> None:
    """Runs in the new process: what manage.py does."""
    os.environ |= environment
    for stream in (sys.stdout, sys.stderr):
        os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream.fileno())
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *arguments, "--skip-checks"])


class Run:
    """A running command."""

    def __init__(self, environment: dict[str, str], said: Path, arguments: list[str]) -> None:
        said.unlink(missing_ok=True)
        self.said = said
        self.process: BaseProcess = CONTEXT.Process(
            target=command, args=(environment, said, arguments)
        )
        self.process.start()

    def end(self) -> tuple[int | None, str]:
        """Wait for it; returns the exit code and the output."""
        self.process.join(PATIENCE_S)
        return self.process.exitcode, self.said.read_text() if self.said.exists() else ""

    def succeed(self) -> str:
        code, said = self.end()
        assert code == 0, said
        return said

    def signal(self, number: int) -> None:
        if self.process.pid and self.process.is_alive():
            os.kill(self.process.pid, number)

    def wait_until(self, ready: Callable[[], bool]) -> None:
        while self.process.is_alive() and not ready():
            time.sleep(0.002)


class Database:
    """A database beside the test's own, or on another server."""

    def __init__(self, name: str, folder: Path, server: str = "") -> None:
        self.name, self.var = name, folder / name
        self.var.mkdir(parents=True, exist_ok=True)
        self.url = urlsplit(server or settings.DATABASE_URL)._replace(path=f"/{name}").geturl()

    def start(self, *arguments: str) -> Run:
        environment = {
            "DATABASE_URL": self.url,
            "VAR_DIR": str(self.var),
            "DJANGO_SETTINGS_MODULE": "storefront.settings",
        }
        return Run(environment, self.var / "said.txt", list(arguments))

    def ingest(self, data: Path, block_mb: str = "0.01") -> Run:
        return self.start("ingest_hm", "--data-dir", str(data), "--block-mb", block_mb)

    def query(self, sql: str) -> tuple[int, ...]:
        with closing(psycopg2.connect(self.url)) as session, session.cursor() as cursor:
            cursor.execute(sql)
            row: tuple[int, ...] = cursor.fetchone() or ()
            return row

    def run(self, sql: str) -> None:
        with closing(psycopg2.connect(self.url)) as session:
            session.autocommit = True
            session.cursor().execute(sql)

    def has_read(self, rows: int) -> Callable[[], bool]:
        """A predicate: a run has begun, and its checkpoints count at least this many rows."""

        def ready() -> bool:
            counted, _, runs = self.query(PROGRESS)
            return bool(runs) and counted >= rows

        return ready

    def checksums(self) -> dict[str, str]:
        """A hash over all rows of each table, and the rejects files."""
        from catalog.ingest.state import TABLES  # must not be imported by the forked process

        checksum = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
        tables = {"transaction": "catalog_transaction", "articleweek": WEEKS}
        tables = {name: f"catalog_{name}" for name in TABLES} | tables
        found = {name: str(self.query(checksum.format(table))) for name, table in tables.items()}
        rejects = sorted((self.var / "ingest").glob("rejects-*.csv"))
        return found | {"rejects": "".join(path.read_text() for path in rejects)}


def administrate(sql: str) -> None:
    with closing(psycopg2.connect(settings.DATABASE_URL)) as session:
        session.autocommit = True
        session.cursor().execute(sql)
