"""The lake has every sale once, and follows the table."""

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.core.management import call_command

from catalog.lake.files import export
from catalog.models import Transaction
from catalog.tests.factories import make_article, make_customer, make_transaction

pytestmark = pytest.mark.django_db


def rows(lake: Path) -> list[tuple[date, int, int, float, int]]:
    table = pq.read_table(
        lake / "sales", columns=["t_dat", "customer", "article", "price", "channel"]
    )
    return sorted(tuple(row.values()) for row in table.to_pylist())


def test_a_month_is_a_file_and_only_changed_months_are_written(tmp_path: Path) -> None:
    shirt, one, two = make_article(), make_customer(age=40), make_customer()
    for day in (date(2020, 8, 31), date(2020, 9, 1), date(2020, 9, 30)):
        make_transaction(article=shirt, customer=one, t_dat=day, price=0.25, sales_channel=2)
    months = [("sales", date(2020, 8, 1), 1), ("sales", date(2020, 9, 1), 2)]
    assert list(export(tmp_path)) == months
    assert list(export(tmp_path)) == []
    make_transaction(article=shirt, customer=two, t_dat=date(2020, 9, 1), price=0.5)
    assert list(export(tmp_path)) == [("sales", date(2020, 9, 1), 3)]
    assert len(rows(tmp_path)) == 4
    assert rows(tmp_path)[0] == (date(2020, 8, 31), one.pk, shirt.pk, 0.25, 2)
    ages = pq.read_table(tmp_path / "customers.parquet").to_pylist()
    assert ages == [{"customer": one.pk, "age": 40}]


def test_deleted_sales_leave_the_lake(tmp_path: Path) -> None:
    shirt, gone, other = make_article(), make_customer(), make_customer()
    make_transaction(article=shirt, customer=gone, t_dat=date(2020, 7, 1))
    make_transaction(article=shirt, customer=gone, t_dat=date(2020, 8, 1))
    make_transaction(article=shirt, customer=other, t_dat=date(2020, 8, 1))
    list(export(tmp_path))
    Transaction.objects.filter(customer=gone).delete()
    list(export(tmp_path))
    assert {row[1] for row in rows(tmp_path)} == {other.pk}


def test_a_sale_that_was_corrected_is_written_again(tmp_path: Path) -> None:
    shirts, buyer = [make_article(), make_article()], make_customer()
    sold = [make_transaction(article=shirt, customer=buyer, price=0.25) for shirt in shirts]
    list(export(tmp_path))
    Transaction.objects.filter(pk=sold[0].pk).update(price=0.5)
    assert len(list(export(tmp_path))) == 1
    for sale, shirt in zip(sold, reversed(shirts), strict=True):
        Transaction.objects.filter(pk=sale.pk).update(article=shirt)
    assert len(list(export(tmp_path))) == 1
    assert {row[2:4] for row in rows(tmp_path)} == {(shirts[0].pk, 0.25), (shirts[1].pk, 0.5)}


def test_a_lake_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    make_transaction(article=make_article(), customer=make_customer(), t_dat=date(2020, 7, 1))
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(Exception, match="can't be written"):
        call_command("export_history", out=file)
