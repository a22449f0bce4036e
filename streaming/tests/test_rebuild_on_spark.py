"""Features made on Spark are those that history's replay and a worker make."""

import io
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from catalog.tests.factories import make_article, make_customer, make_transaction
from catalog.tests.spark import ON_SPARK, QUICK_START
from streaming import connection
from streaming.features.state import BOOKKEEPING, State, pack, unpack
from streaming.tests.progress import Features, features, finish
from streaming.tests.servers import Worker, database_url
from web import cache

pytestmark = [pytest.mark.django_db(transaction=True), *ON_SPARK]
LAST = date(2020, 9, 22)
LINES = 600


@pytest.fixture
def past(log: str, store: None) -> None:
    """Forty customers and thirty articles over fifty days, which lie in two epochs of trends."""
    dice = np.random.default_rng(3)
    articles = [make_article(product_type=(i, f"Type {i}")) for i in range(30)]
    buyers = [make_customer() for _ in range(40)]
    for _ in range(LINES):
        make_transaction(
            article=articles[dice.integers(30)],
            customer=buyers[dice.integers(40)],
            t_dat=LAST - timedelta(int(dice.integers(50))),
            sales_channel=int(dice.integers(1, 3)),
        )
    cache.empty()


def rebuild(*options: str) -> str:
    out = io.StringIO()
    call_command("rebuild_features", "--days=30", *options, stdout=out)
    return out.getvalue()


def on_spark(*options: str) -> str:
    environment = {"DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL}
    conf = [f"spark.executorEnv.{name}={value}" for name, value in environment.items()]
    options = (*options, *(f"--conf={option}" for option in (*QUICK_START, *conf)))
    return rebuild("--engine=spark", "--master=local[2]", *options)


def without_places(found: Features) -> Features:
    """Without what a state says of its place in a log."""
    fresh = State()
    for key, value in found.items():
        if b":s:" in key:
            state = unpack(value)  # type: ignore[arg-type]
            for name in BOOKKEEPING:
                setattr(state, name, getattr(fresh, name))
            found[key] = pack(state)
    return found


def test_features_of_spark_are_those_of_a_worker_to_the_last_bit(
    past: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streaming.features.on_spark.LINES", 10)
    client = connection.client()
    count = int(rebuild().split()[0])
    with Worker(tmp_path / "worker.log") as worker:
        finish(client, count)
        worker.stop()
    made = without_places(features(client))
    assert {key.split(b":")[1] for key in made} == {b"s", b"t", b"n"}
    call_command("export_history", out=tmp_path / "lake")
    for source in ("lake", "history"):
        read = (f"--source={source}", f"--lake={tmp_path / 'lake'}")
        client.flushdb()
        assert f"{count} purchases" in on_spark(*read)
        assert features(client) == made, source
        on_spark(*read, "--resume")
        assert features(client) == made, f"a task of {source} run again counts nothing twice"
    with pytest.raises(CommandError, match="isn't empty"):
        rebuild("--engine=spark")


def test_lines_are_cut_between_customers_however_they_come_in_batches() -> None:
    from streaming.features.on_spark import COLUMNS, whole_customers

    customer = np.repeat(np.arange(7), [3000, 3000, 1, 12_000, 2, 4999, 10]).astype(np.int32)
    table = pa.table(dict.fromkeys(COLUMNS, customer))
    cuts = [
        [part["customer"].tolist() for part in whole_customers(iter(table.to_batches(size)), 5000)]
        for size in (10, 999, 100_000)
    ]
    assert cuts[0] == cuts[1] == cuts[2]
    assert [len(part) for part in cuts[0]] == [6000, 12_001, 5001, 10]
    assert list(chain.from_iterable(cuts[0])) == customer.tolist()
