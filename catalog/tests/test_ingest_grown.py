"""Files that grew, or were touched, moved or edited since they were loaded."""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.ingest import partitions
from catalog.ingest.loading import dimensions
from catalog.models import Article, ArticleSummary, Colour, Customer, IngestRun, Transaction
from catalog.tests import hm
from catalog.tests.test_ingest import ingest

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_folder")]
NAME = "transactions_train.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return hm.write_hm(tmp_path / "hm", transactions=[{}, {"t_dat": "2020-09-02"}])


def lines(*rows: hm.Row) -> str:
    return hm.csv_text(hm.TRANSACTION, hm.transaction_rows(rows)).partition("\n")[2]


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def ids() -> list[tuple[int, date]]:
    return list(Transaction.objects.order_by("pk").values_list("pk", "t_dat"))


def test_later_days_are_added_to_the_month_that_stands_and_to_new_ones(folder: Path) -> None:
    ingest(folder)
    append(folder / NAME, lines({"t_dat": "2020-09-03"}, {"price": "0"}, {"t_dat": "2020-10-01"}))
    report = ingest(folder)
    assert [pk for pk, _ in ids()] == [1, 2, 3, 5]
    assert partitions.attached() == ["catalog_transaction_2020_09", "catalog_transaction_2020_10"]
    assert (report["rows"], report["rows_read_before"]) == (11, 8)
    assert report["files"]["transactions_train"]["accepted"] == 4
    assert ArticleSummary.objects.get(pk=900001001).units == 4
    assert IngestRun.objects.count() == 2
    assert ingest(folder)["unchanged"]


def test_the_lake_follows_where_there_is_one(folder: Path, settings: LazySettings) -> None:
    settings.LAKE_DIR = folder.parent / "lake"
    ingest(folder)
    assert not settings.LAKE_DIR.exists()
    call_command("export_history", out=settings.LAKE_DIR)
    append(folder / NAME, lines({"t_dat": "2020-09-03"}, {"t_dat": "2020-10-01"}))
    assert "lake: " in ingest(folder)["said"]
    table = pq.read_table(settings.LAKE_DIR / "sales")
    assert sorted(table["t_dat"].to_pylist()) == sorted(day for _, day in ids())
    shutil.rmtree(settings.LAKE_DIR / "sales")
    (settings.LAKE_DIR / "sales").touch()
    append(folder / NAME, lines({"t_dat": "2020-10-02"}))
    assert ingest(folder)["rows_read_before"] == 10, "a lake that can't be written stops nothing"


def test_new_articles_and_customers_come_with_the_days_they_are_bought_on(folder: Path) -> None:
    ingest(folder)
    new = {"article_id": "0900003001", "colour_group_code": "9", "colour_group_name": "Sand"}
    rows = hm.article_rows([new, {"article_id": "0900001001"}])
    append(folder / "articles.csv", hm.csv_text(hm.ARTICLE, rows).partition("\n")[2])
    people = hm.customer_rows([{"customer_id": hm.customer_id(9)}])
    append(folder / "customers.csv", hm.csv_text(hm.CUSTOMER, people).partition("\n")[2])
    sale = {"article_id": "0900003001", "customer_id": hm.customer_id(9), "t_dat": "2020-09-05"}
    append(folder / NAME, lines(sale))
    report = ingest(folder)
    assert report["files"]["articles"]["rejected"] == {"article_id is in an earlier row": 1}
    assert (Article.objects.count(), Customer.objects.count()) == (4, 4)
    assert Colour.objects.get(pk=9).name == "Sand"
    assert Transaction.objects.get(pk=3).customer_id == 4


class LastMinute(ThreadPoolExecutor):
    """Writes customers only when somebody waits for it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if fn is not dimensions.write_customers:
            return super().submit(fn, *args, **kwargs)
        start = cache(lambda: super(LastMinute, self).submit(fn, *args, **kwargs))
        later: Future[None] = Future()
        later.result = lambda timeout=None: start().result(timeout)  # type: ignore[method-assign]
        later.done = lambda: start.cache_info().currsize > 0  # type: ignore[method-assign]
        return later


def test_sales_of_a_month_that_stands_wait_for_new_customers(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(folder)
    monkeypatch.setattr(dimensions, "ThreadPoolExecutor", LastMinute)
    people = hm.customer_rows([{"customer_id": hm.customer_id(9)}])
    append(folder / "customers.csv", hm.csv_text(hm.CUSTOMER, people).partition("\n")[2])
    sale = {"customer_id": hm.customer_id(9), "t_dat": "2020-09-05"}
    append(folder / NAME, lines({"t_dat": "2020-10-01"}, sale, {**sale, "t_dat": "2020-11-01"}))
    ingest(folder)
    assert Transaction.objects.filter(customer_id=4).count() == 2


def test_a_touched_or_moved_file_is_the_same_file(folder: Path) -> None:
    ingest(folder)
    os.utime(folder / NAME, (1, 1))
    assert ingest(folder)["unchanged"]
    moved = folder.rename(folder.with_name("elsewhere"))
    assert ingest(moved)["unchanged"]


def test_a_file_packed_since_is_the_same_file(folder: Path) -> None:
    ingest(folder)
    hm.write(folder, "transactions_train", (folder / NAME).read_bytes(), ".gz")
    (folder / NAME).unlink()
    assert ingest(folder)["unchanged"]


def test_an_edit_that_keeps_size_and_time_is_noticed(folder: Path) -> None:
    ingest(folder)
    path = folder / NAME
    state = path.stat()
    path.write_text(path.read_text().replace("2020-09-02", "2020-09-04"))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    with pytest.raises(CommandError, match=f"{NAME}.*--restart"):
        ingest(folder)
    assert [day for _, day in ids()] == [date(2020, 9, 1), date(2020, 9, 2)]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.rstrip("\n").rpartition("\n")[0] + "\n",
        lambda text: text.replace("0900001001", "0900001002", 1) + lines({}),
    ],
    ids=["cut", "shorter", "edited and grown"],
)
def test_another_file_is_refused_and_nothing_changes(folder: Path, change: Any) -> None:
    ingest(folder)
    before = ids()
    (folder / NAME).write_text(change((folder / NAME).read_text()))
    with pytest.raises(CommandError, match="--restart"):
        ingest(folder)
    assert ids() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM catalog_ingestrun")
        assert cursor.fetchall() == [("done",)]


def test_growth_from_within_a_line_is_refused(folder: Path) -> None:
    path = folder / NAME
    path.write_text(path.read_text().rstrip("\n"))
    ingest(folder)
    append(path, "7\n")
    with pytest.raises(CommandError, match="--restart"):
        ingest(folder)
