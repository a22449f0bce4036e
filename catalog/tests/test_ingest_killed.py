"""`ingest_hm` as a process that is killed, stopped, run twice at once, and restarted."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest

from catalog.tests import hm
from catalog.tests.processes import PROGRESS, Database, administrate

pytestmark = pytest.mark.slow
ROWS = 3000
ALL = ROWS + 10

# Slow checkpoints down, so that the signal reaches the process at the intended point.
SLOW = """
CREATE FUNCTION slow_disk() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN PERFORM pg_sleep(TG_ARGV[0]::float); RETURN NEW; END $$;
CREATE TRIGGER slow_disk BEFORE UPDATE ON catalog_ingestfile
    FOR EACH ROW EXECUTE FUNCTION slow_disk(0.03);
CREATE TRIGGER slow_disk BEFORE UPDATE ON catalog_ingestrun
    FOR EACH ROW EXECUTE FUNCTION slow_disk(0.4)
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with created(Database(f"ingest_{os.getpid()}", tmp_path_factory.mktemp("template"))) as made:
        made.start("migrate", "--verbosity", "0").succeed()
        yield made


@contextmanager
def created(database: Database, template: str = "template1") -> Iterator[Database]:
    administrate(f"CREATE DATABASE {database.name} TEMPLATE {template}")
    try:
        yield database
    finally:
        administrate(f"DROP DATABASE {database.name} WITH (FORCE)")


@pytest.fixture
def database(template: Database, tmp_path: Path) -> Iterator[Database]:
    with created(Database(f"{template.name}_own", tmp_path), template.name) as made:
        made.run(SLOW)
        yield made


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Transactions over three months, every fiftieth invalid, in about 35 blocks."""
    rows = [
        {
            "t_dat": f"2020-{1 + number // 1000:02}-{1 + number % 28:02}",
            "customer_id": hm.customer_id(1 + number % 7),
            "article_id": hm.ARTICLES[number % 3],
            "price": -1 if number % 50 == 0 else 0.01 + number % 13 / 100,
        }
        for number in range(ROWS)
    ]
    groups = [{"article_id": key, "product_group_name": key} for key in hm.ARTICLES]
    articles = [{**group, "product_type_no": at} for at, group in enumerate(groups)]
    return hm.write_hm(
        tmp_path_factory.mktemp("data") / "hm",
        articles=articles,
        customers=[{}] * 6 + [{"age": "x"}],
        transactions=rows,
        suffix=".gz",
    )


@pytest.fixture(scope="module")
def unbroken(
    template: Database, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Checksums after an uninterrupted run."""
    folder = tmp_path_factory.mktemp("unbroken")
    with created(Database(f"{template.name}_unbroken", folder), template.name) as made:
        made.ingest(data).succeed()
        assert made.query(PROGRESS) == (ALL, 3, 1)
        return made.checksums()


def test_an_ingest_killed_at_ten_points_ends_as_one_unbroken(
    unbroken: dict[str, str], database: Database, data: Path
) -> None:
    numbers = random.Random(7)
    points = [0, *sorted(numbers.sample(range(1, ROWS), 10)), ALL]
    killed = 0
    for least in points:
        run = database.ingest(data)
        run.wait_until(database.has_read(least))
        time.sleep(numbers.uniform(0, 0.04))
        run.signal(signal.SIGKILL)
        killed += run.end()[0] == -signal.SIGKILL
    said = database.ingest(data).succeed()
    assert killed >= 10
    assert database.checksums() == unbroken
    assert database.query(PROGRESS) == (ALL, 3, 1), said
    assert "nothing changed" in database.ingest(data).succeed()


def test_an_interrupted_ingest_says_how_to_go_on(
    unbroken: dict[str, str], database: Database, data: Path
) -> None:
    run = database.ingest(data)
    run.wait_until(database.has_read(500))
    run.signal(signal.SIGINT)
    code, said = run.end()
    assert code == 130, said
    assert "the same command continues" in said
    rows, done, _ = database.query(PROGRESS)
    assert rows >= 500
    assert done < 3
    database.ingest(data).succeed()
    assert database.checksums() == unbroken


def test_of_two_at_once_one_loads_and_the_other_waits_or_says_so(
    unbroken: dict[str, str], database: Database, data: Path
) -> None:
    ends = [run.end() for run in [database.ingest(data), database.ingest(data)]]
    assert 0 in [code for code, _ in ends], ends
    for code, said in ends:
        assert code == 0 or (code == 1 and "Another ingest is running" in said), said
    assert database.checksums() == unbroken


def test_the_shop_reads_whole_history_while_another_month_is_loaded(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "grown"
    rows = [{"t_dat": "2020-01-01"}] * 50
    hm.write_hm(folder, transactions=rows)
    database.ingest(folder).succeed()
    hm.write_hm(folder, transactions=rows + [{"t_dat": "2020-02-01"}] * 2000)
    run = database.ingest(folder)
    counts = set()
    with closing(psycopg2.connect(database.url)) as session, session.cursor() as cursor:
        session.autocommit = True
        cursor.execute("SET lock_timeout = '1s'")
        while run.process.is_alive():
            cursor.execute("SELECT count(*) FROM catalog_transaction")
            counts.add(cursor.fetchone()[0])
            cursor.execute("SELECT count(*) FROM catalog_article, catalog_customer")
    run.succeed()
    assert counts <= {50, 2050}
