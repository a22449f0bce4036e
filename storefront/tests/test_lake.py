"""The lake has the shop's orders too, and nobody who was erased."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pyarrow.parquet as pq
import pytest
from django.conf import LazySettings
from django.core.management import call_command

from catalog.models import Article, Customer
from catalog.tasks import append_lake
from catalog.tests.factories import make_article, make_customer, make_transaction
from storefront.models import Order, OrderLine
from storefront.privacy import erasure

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("log", "store")]


@pytest.fixture
def lake(tmp_path: Path, settings: LazySettings) -> Path:
    settings.LAKE_DIR = tmp_path / "lake"
    call_command("export_history", out=settings.LAKE_DIR)
    return tmp_path / "lake"


def order(customer: Customer | None, placed_at: datetime, **lines: tuple[Article, int]) -> None:
    placed = Order.objects.create(
        number=uuid4().hex[:8],
        checkout=uuid4(),
        shopper=f"c{customer.pk}" if customer else "a" + "1" * 32,
        customer=customer,
        placed_at=placed_at,
        total=Decimal(50),
    )
    for article, quantity in lines.values():
        OrderLine.objects.create(
            order=placed, article=article, quantity=quantity, price=Decimal("29.99")
        )


def customers(lake: Path, table: str) -> set[int]:
    return (
        set(pq.read_table(lake / table)["customer"].to_pylist())
        if any(lake.glob(f"{table}/*/*"))
        else set()
    )


def test_a_night_brings_the_days_orders_and_takes_the_erased_away(lake: Path) -> None:
    shirt, dress, one, two = make_article(), make_article(), make_customer(), make_customer()
    make_transaction(article=shirt, customer=one)
    evening = datetime(2020, 9, 30, 23, 59, tzinfo=UTC)
    order(one, evening, first=(shirt, 2), second=(dress, 1))
    order(two, datetime(2020, 10, 1, tzinfo=UTC), first=(dress, 1))
    order(None, evening, first=(dress, 5))
    append_lake()
    found = pq.read_table(lake / "orders" / "month=2020-09" / "orders.parquet").to_pylist()
    assert [(row["customer"], row["article"]) for row in found] == [
        (one.pk, shirt.pk), (one.pk, shirt.pk), (one.pk, dress.pk),
    ]  # fmt: skip
    assert {(row["t_dat"], row["channel"]) for row in found} == {(evening.date(), 2)}
    assert found[0]["price"] == pytest.approx(29.99 / 590)
    assert (customers(lake, "sales"), customers(lake, "orders")) == ({one.pk}, {one.pk, two.pk})
    erasure.erase(f"c{one.pk}", "the test")
    append_lake()
    assert (customers(lake, "sales"), customers(lake, "orders")) == (set(), {two.pk})


def test_a_shop_whose_files_nobody_reads_has_no_lake(
    tmp_path: Path, settings: LazySettings
) -> None:
    settings.LAKE_DIR = tmp_path / "lake"
    append_lake()
    assert not settings.LAKE_DIR.exists()
