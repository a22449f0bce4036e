"""The commands on Spark: from the lake or from PostgreSQL to a model, and from it to an export."""

from datetime import date
from pathlib import Path

import pytest
from confluent_kafka import Producer
from django.core.management import CommandError, call_command
from msgspec.structs import replace

from catalog.models import Customer
from catalog.tests.spark import ON_SPARK, QUICK_START
from recommendations.bundle.reader import Bundle, open_bundle
from recommendations.models import ModelVersion
from recommendations.tests.shops import open_shop
from recommendations.tests.test_parts import different
from streaming import kafka
from streaming.events.schema import Event, Purchase, View, decode, encode
from streaming.tests.kafka import messages
from streaming.tests.servers import database_url

pytestmark = ON_SPARK
TEST_DATABASE = "spark.executorEnv.DATABASE_URL"


def on_spark() -> list[str]:
    conf = (*QUICK_START, f"{TEST_DATABASE}={database_url()}")
    return ["--engine=spark", "--master=local[2]", *(f"--conf={option}" for option in conf)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("source", ["lake", "database", "kafka"])
def test_training_and_evaluation_give_the_same_on_spark(
    tmp_path: Path, source: str, log: str, store: None
) -> None:
    open_shop(3)
    if source == "kafka":
        publish_history(log)
    call_command("export_history", out=tmp_path / "lake")
    there = (*on_spark(), f"--source={source}", f"--lake={tmp_path / 'lake'}")
    local, found = trained("--quick"), trained("--quick", *there)
    assert different(local.arrays, found.arrays) == []
    assert local.manifest.data_fingerprint == found.manifest.data_fingerprint
    assert evaluated(tmp_path / "1") == evaluated(tmp_path / "2", *there)


@pytest.mark.django_db(transaction=True)
def test_an_export_gives_the_same_on_spark(tmp_path: Path, store: None) -> None:
    open_shop(3)
    trained("--quick")
    customers = tmp_path / "customers.csv"
    names = Customer.objects.values_list("customer_id", flat=True)
    customers.write_text("".join(f"{line}\n" for line in ("customer_id", *names, "f" * 64)))
    lists = exported(customers, tmp_path / "1")
    assert lists == exported(customers, tmp_path / "2", *on_spark())
    assert len(lists.splitlines()) == 1 + len(names) + 1


@pytest.mark.django_db(transaction=True)
def test_a_topic_that_lacks_sales_is_refused(tmp_path: Path, log: str, store: None) -> None:
    open_shop(3)
    call_command("replay_transactions", max=True, first=date(2020, 9, 19))
    read = ("--source=kafka", f"--lake={tmp_path}")
    with pytest.raises(CommandError, match="holds 20 of the 24 sales from 2020-09-18"):
        call_command("train_recommendations", "--quick", *on_spark(), *read)


def publish_history(log: str) -> None:
    """All of it, some of it twice, among what isn't a known customer's purchase."""
    call_command("replay_transactions", max=True, first=date(2020, 9, 18))
    again = [message.value() or b"" for message in messages(log, 24)][:10]
    bought = decode(again[0])
    assert isinstance(bought, Purchase)
    others: list[Event] = [
        replace(bought, id="visitor", shopper="a" + "1" * 32),
        replace(bought, id="impossible", shopper="c9999999999"),
        View(
            id="view", shopper=bought.shopper, ts=bought.ts, source="shop", article=bought.article
        ),
    ]
    producer = Producer(kafka.producer(10_000))
    for value in (*again, *map(encode, others), b'{"type":"purchase"}', b"\xff"):
        producer.produce(log, value, bought.shopper)
    assert producer.flush(10) == 0


def trained(*options: str) -> Bundle:
    call_command("train_recommendations", *options)
    return open_bundle(ModelVersion.objects.active().get().folder)


def exported(customers: Path, out: Path, *options: str) -> str:
    call_command("export_recommendations", f"--customers={customers}", f"--out={out}", *options)
    return out.read_text()


def evaluated(out: Path, *options: str) -> str:
    call_command("evaluate_recommendations", "--holdout-days=1", f"--json={out}", *options)
    return out.read_text()


def test_what_is_lacking_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="run export_history first"):
        call_command("train_recommendations", "--engine=spark", f"--lake={tmp_path}")
    with pytest.raises(CommandError, match="KEY=VALUE"):
        call_command("train_recommendations", "--engine=spark", "--source=database", "--conf=x")
    monkeypatch.setattr("catalog.lake.spark.missing", lambda: ["Java"])
    with pytest.raises(CommandError, match="Spark needs Java"):
        call_command("train_recommendations", "--engine=spark", "--source=database")
