"""`ingest_hm` as a process of its own that is killed, stopped, and started again."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.conf import settings

from catalog.ingest.state import TABLES
from catalog.tests import hm

pytestmark = pytest.mark.slow
BLOCK_MB = "0.01"
PROGRESS = (
    "SELECT coalesce(sum(rows), 0), count(*) FILTER (WHERE done), "
    "(SELECT count(*) FROM catalog_ingestrun) FROM catalog_ingestfile"
)

# Checkpoints as from a slow disk, so that a signal meets the process where it is meant to.
SLOW = """
CREATE FUNCTION slow_disk() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN PERFORM pg_sleep(0.03); RETURN NEW; END $$;
CREATE TRIGGER slow_disk BEFORE UPDATE ON catalog_ingestfile
    FOR EACH ROW EXECUTE FUNCTION slow_disk()
"""


class Database:
    """A database beside the test's own, and the command run against it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.var = name, folder / name
        self.url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
        self.environment = os.environ | {"DATABASE_URL": self.url, "VAR_DIR": str(self.var)}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments, "--skip-checks"],
            env=self.environment,
            cwd=settings.BASE_DIR,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def ingest(self, data: Path) -> subprocess.Popen[str]:
        return self.start("ingest_hm", "--data-dir", str(data), "--block-mb", BLOCK_MB)

    def finish(self, process: subprocess.Popen[str]) -> str:
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said
        return said

    def query(self, sql: str) -> tuple[int, ...]:
        with psycopg2.connect(self.url) as session, session.cursor() as cursor:
            cursor.execute(sql)
            row: tuple[int, ...] = cursor.fetchone() or ()
            return row

    def checksums(self) -> dict[str, str]:
        """A hash of every row of every table, and of the rejects file."""
        rows = "md5(string_agg(t::text, '|' ORDER BY t::text))"
        found = {
            table: str(self.query(f"SELECT {rows} FROM {table} t"))  # noqa: S608
            for table in ("catalog_transaction", *(f"catalog_{name}" for name in TABLES))
        }
        rejects = sorted((self.var / "ingest").glob("rejects-*.csv"))
        return found | {"rejects": "".join(path.read_text() for path in rejects)}


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Database]]:
    folder = tmp_path_factory.mktemp("killed")
    made = [Database(f"ingest_{os.getpid()}_{number}", folder) for number in range(3)]
    administrate(f"CREATE DATABASE {made[0].name}")
    made[0].finish(made[0].start("migrate", "--verbosity", "0"))
    for database in made[1:]:
        administrate(f"CREATE DATABASE {database.name} TEMPLATE {made[0].name}")
        with psycopg2.connect(database.url) as session, session.cursor() as cursor:
            cursor.execute(SLOW)
    yield made
    for database in made:
        administrate(f"DROP DATABASE {database.name} WITH (FORCE)")


def administrate(sql: str) -> None:
    session = psycopg2.connect(settings.DATABASE_URL)
    session.autocommit = True
    session.cursor().execute(sql)
    session.close()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12,000 transactions over a year, every fiftieth unusable, in about 130 blocks."""
    rows = [
        {
            "t_dat": f"2020-{1 + number // 1000:02}-{1 + number % 28:02}",
            "customer_id": hm.customer_id(1 + number % 7),
            "article_id": hm.ARTICLES[number % 3],
            "price": -1 if number % 50 == 0 else 0.01 + number % 13 / 100,
        }
        for number in range(12_000)
    ]
    groups = [{"article_id": key, "product_group_name": key} for key in hm.ARTICLES]
    articles = [{**group, "product_type_no": at} for at, group in enumerate(groups)]
    folder = tmp_path_factory.mktemp("data") / "hm"
    return hm.write_hm(
        folder,
        articles=articles,
        customers=[{}] * 6 + [{"age": "x"}],
        transactions=rows,
        suffix=".gz",
    )


@pytest.fixture(scope="module")
def unbroken(databases: list[Database], data: Path) -> Database:
    databases[0].finish(databases[0].ingest(data))
    return databases[0]


def test_a_killed_ingest_resumes_without_losing_rows(
    unbroken: Database, databases: list[Database], data: Path
) -> None:
    killed = databases[1]
    numbers = random.Random(7)
    for least in (0, *sorted(numbers.sample(range(20, 12_000), 3)), 12_010):
        process = killed.ingest(data)
        wait_for(killed, process, least)
        time.sleep(numbers.uniform(0, 0.05))
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
    said = killed.finish(killed.ingest(data))
    assert killed.checksums() == unbroken.checksums()
    assert killed.query(PROGRESS) == (12_010, 3, 1) == unbroken.query(PROGRESS), said
    assert "nothing changed" in killed.finish(killed.ingest(data))


def wait_for(database: Database, process: subprocess.Popen[str], rows: int) -> None:
    """Until the run has begun and its checkpoints count this many rows."""
    while process.poll() is None:
        counted, _, runs = database.query(PROGRESS)
        if runs and counted >= rows:
            return
        time.sleep(0.002)


def test_an_interrupted_ingest_says_how_to_go_on(
    unbroken: Database, databases: list[Database], data: Path
) -> None:
    interrupted = databases[2]
    process = interrupted.ingest(data)
    wait_for(interrupted, process, 2000)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "the same command goes on" in said
    assert 2000 <= interrupted.query(PROGRESS)[0] < 12_000
    interrupted.finish(interrupted.ingest(data))
    assert interrupted.checksums() == unbroken.checksums()
