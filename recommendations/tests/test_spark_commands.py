"""The commands on Spark: from the lake or from PostgreSQL to a model, and from it to an export."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Customer
from catalog.tests.spark import ON_SPARK, QUICK_START
from recommendations.bundle.reader import Bundle, open_bundle
from recommendations.models import ModelVersion
from recommendations.tests.shops import open_shop
from recommendations.tests.test_parts import different
from streaming.tests.servers import database_url

pytestmark = ON_SPARK
TEST_DATABASE = "spark.executorEnv.DATABASE_URL"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("source", ["lake", "database"])
def test_the_commands_give_the_same_on_spark(tmp_path: Path, source: str) -> None:
    open_shop(3)
    lake, customers = tmp_path / "lake", tmp_path / "customers.csv"
    names = Customer.objects.values_list("customer_id", flat=True)
    customers.write_text("".join(f"{line}\n" for line in ("customer_id", *names, "f" * 64)))
    call_command("export_history", out=lake)
    conf = [f"--conf={option}" for option in QUICK_START]
    on_spark_ = (
        "--engine=spark",
        "--master=local[2]",
        f"--conf={TEST_DATABASE}={database_url()}",
        *conf,
    )
    local = trained("--quick")
    found = trained("--quick", *on_spark_, f"--source={source}", f"--lake={lake}")
    assert different(local.arrays, found.arrays) == []
    assert local.manifest.data_fingerprint == found.manifest.data_fingerprint
    lists = [exported(customers, tmp_path / "1"), exported(customers, tmp_path / "2", *on_spark_)]
    assert lists[0] == lists[1]
    assert len(lists[0].splitlines()) == 1 + len(names) + 1
    read = (f"--source={source}", f"--lake={lake}")
    numbers = [evaluated(tmp_path / "3"), evaluated(tmp_path / "4", *on_spark_, *read)]
    assert numbers[0] == numbers[1]


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
    monkeypatch.setattr("catalog.lake.spark.lacking", lambda: ["Java"])
    with pytest.raises(CommandError, match="Spark needs Java"):
        call_command("train_recommendations", "--engine=spark", "--source=database")
