"""Full ingests of data sets that differ from H&M's, and of wrong ones."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from catalog.ingest import partitions
from catalog.models import Article, ArticleSummary, Customer, IngestFile, IngestRun, Transaction
from catalog.tests import hm, shapes
from catalog.tests.shapes import A, C, T
from catalog.tests.test_ingest import ingest

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_folder")]
STRANGER = "f" * 64


def sales(known: int, strangers: int) -> list[hm.Row]:
    return [{}] * known + [{"customer_id": STRANGER}] * strangers


@pytest.mark.parametrize("form", ["friendly", "whole numbers", "an address", "other letters"])
def test_ids_of_any_form_are_customers_and_stay_so_when_files_grow(
    tmp_path: Path, form: str
) -> None:
    folder = shapes.sound(tmp_path / "hm")
    shapes.all_ids(shapes.IDS[form])(folder)
    ingest(folder)
    first = shapes.IDS[form](hm.customer_id(1))
    assert Transaction.objects.filter(customer__customer_id=first).count() == 6
    with (folder / f"{T}.csv").open("a") as file:
        file.write(f"2020-10-01,{first},0900001001,0.01,1\n")
    ingest(folder)
    assert Transaction.objects.filter(customer__customer_id=first).count() == 7


def test_a_set_of_the_barest_columns_is_a_shop(tmp_path: Path) -> None:
    folder = shapes.sound(tmp_path / "hm")
    shapes.barest(folder)
    report = ingest(folder)
    article = Article.objects.select_related("product_type", "colour", "colour_master").first()
    assert article is not None
    assert (article.name, article.product_type.name) == ("Everyday shirt", "Shirt")
    assert (article.colour.name, article.colour_master.name) == ("Ink", "Ink")
    assert set(ArticleSummary.objects.values_list("price", flat=True)) == {0.04}
    assert set(Transaction.objects.values_list("sales_channel", flat=True)) == {2}
    assert any("each sale takes the price of its article" in w for w in report["warnings"])


def part(day: str, kind: str) -> bytes:
    """A part with one sale."""
    data = hm.csv_text(hm.TRANSACTION, hm.transaction_rows([{"t_dat": day}])).encode()
    return shapes.parquet(data, shapes.as_strings) if kind == "Parquet" else data


@pytest.mark.parametrize("kind", ["Parquet", "packed", "plain"])
def test_parts_that_are_added_are_loaded_and_changed_ones_refused(
    tmp_path: Path, kind: str
) -> None:
    folder = shapes.sound(tmp_path / "hm")
    shapes.in_parts(T, kind)(folder)
    ingest(folder)
    place = next(path for path in folder.iterdir() if path.name.startswith(T))
    (place / "part-00010.csv").write_bytes(part("2020-10-02", kind))
    ingest(folder)
    assert sorted(Transaction.objects.values_list("pk", flat=True)) == list(range(1, 8))
    (place / "part-00005.csv").write_bytes(part("2020-10-03", kind))
    with pytest.raises(CommandError, match="--restart"):
        ingest(folder)


def test_rejects_beyond_reason_stop_with_cause_example_and_advice(tmp_path: Path) -> None:
    folder = hm.write_hm(tmp_path / "hm", transactions=sales(90, 10))
    with pytest.raises(CommandError) as told:
        ingest(folder)
    for part in (
        "10 of 100 rows (10%) can't be used, more than 5 % (--max-reject-share)",
        f"10 × unknown customer, as in line 92: 2020-09-01,{STRANGER}",
        "--only-known loads the other sales",
    ):
        assert part in str(told.value)
    assert Transaction.objects.count() == 0
    assert IngestRun.objects.get().status == "failed"
    with pytest.raises(CommandError, match="10 of 100 rows"):
        ingest(folder)
    report = ingest(folder, only_known=True)
    assert Transaction.objects.count() == 90
    assert any("10 of 100 sales (10.0%) are of customers" in w for w in report["warnings"])


def test_ids_that_are_there_twice_come_with_advice(tmp_path: Path) -> None:
    folder = hm.write_hm(tmp_path / "hm", articles=[{"article_id": hm.ARTICLES[0]}] * 10)
    with pytest.raises(CommandError, match="The file names articles twice"):
        ingest(folder)


def test_only_known_keeps_the_rejects_file_for_faults(tmp_path: Path) -> None:
    folder = hm.write_hm(tmp_path / "hm", transactions=[*sales(9, 60), {"price": "x"}])
    report = ingest(folder, only_known=True)
    assert report["files"][T]["rejected"] == {"unknown customer": 60, "price is not a number": 1}
    assert Path(report["rejects_file"]).read_text().count("\n") == 2


def test_nothing_is_never_done(tmp_path: Path) -> None:
    folder = hm.write_hm(tmp_path / "hm", transactions=sales(0, 3))
    with pytest.raises(CommandError, match=r"3 of 3 rows \(100%\)"):
        ingest(folder, only_known=True)


def test_two_copies_of_a_file_are_compared(tmp_path: Path) -> None:
    folder = shapes.sound(tmp_path / "hm")
    data = (folder / f"{T}.csv").read_bytes()
    (folder / f"{T}.csv.zip").write_bytes(shapes.zipped(data, f"{T}.csv"))
    assert any("they end alike" in w for w in ingest(folder)["warnings"])
    (folder / f"{C}.zip").write_bytes(shapes.zipped(b"customer_id\nx\n", f"{C}.csv"))
    warnings = ingest(folder, restart=True)["warnings"]
    assert any("customers.csv is read and not customers.zip" in w for w in warnings)
    assert any("They differ" in w and "ends in 'x'" in w for w in warnings)


def test_prices_in_money_and_emptied_cells_are_warned_of(tmp_path: Path) -> None:
    customers = [{"age": "36.39"}, {"age": "old"}, {"age": "nan"}]
    folder = hm.write_hm(
        tmp_path / "hm", customers=customers, transactions=[{"price": "19.99"}, {"price": "9.99"}]
    )
    report = ingest(folder)
    assert list(Customer.objects.order_by("pk").values_list("age", flat=True)) == [36, None, None]
    said = "\n".join(report["warnings"])
    assert "prices look like money (9.99 to 19.99)" in said
    assert "customers.csv: cells emptied, their rows kept: age is not a number (1)." in said
    quality = IngestFile.objects.get(name=C).quality
    assert (quality["empty"]["age"], quality["ages"]) == (2, {"35": 1})


def test_a_check_loads_nothing_and_tells_what_an_ingest_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = hm.write_hm(tmp_path / "hm", transactions=sales(95, 5))
    call_command("ingest_hm", data_dir=folder, check=True)
    said = capsys.readouterr().out
    assert "unknown customer, as in line 97" in said
    assert "ranker and evaluation: too small, 0 weeks" in said
    assert "Nothing was loaded" in said
    hm.write_hm(tmp_path / "hm", transactions=sales(1, 9))
    with pytest.raises(CommandError, match="An ingest would stop"):
        call_command("ingest_hm", data_dir=folder, check=True)
    assert not Article.objects.exists()
    assert not IngestRun.objects.exists()
    assert partitions.attached() == []


def test_a_folder_without_the_files_lists_what_looks_meant(tmp_path: Path) -> None:
    folder = shapes.sound(tmp_path / "hm")
    (folder / f"{T}.csv").rename(folder / "transactions_train_2M.csv")
    (folder / "more").mkdir()
    (folder / f"{A}.csv").rename(folder / "more" / f"{A}.csv")
    (folder / f"{C}.csv").rename(folder / "Customers.CSV")
    with pytest.raises(CommandError) as told:
        ingest(folder)
    assert "has no articles.csv, transactions_train.csv" in str(told.value)
    assert "transactions_train_2M.csv as transactions_train.csv" in str(told.value)
    assert "more/articles.csv as articles.csv" in str(told.value)


def test_the_admin_shows_the_quality_of_a_run_and_what_has_changed(
    tmp_path: Path, admin_client: Client
) -> None:
    folder = hm.write_hm(tmp_path / "hm", transactions=[{}, {"price": "0.01"}])
    ingest(folder)
    hm.write_hm(
        tmp_path / "hm",
        customers=[{"age": ""}, {"age": "old"}, {}],
        transactions=[{}, {"t_dat": "2020-10-01", "price": "0.05"}, {}],
    )
    ingest(folder, restart=True)
    run = IngestRun.objects.latest("pk")
    page = admin_client.get(f"/admin/catalog/ingestrun/{run.pk}/change/").content.decode()
    for told in (
        "transactions_train: 3 rows, +1",
        "transactions_train: day 2020-09-01 to 2020-10-01, before 2020-09-01 to 2020-09-01",
        "customers: age 66.7 % empty, before 0.0 %",
        "Units by month at most 2 rows, last 1",
        "2020-09 – 2020-10, at most 2",
        "Customers by age",
    ):
        assert told in page
    first = IngestRun.objects.earliest("pk")
    page = admin_client.get(f"/admin/catalog/ingestrun/{first.pk}/change/").content.decode()
    assert "there is no run before" in page


def test_without_a_customers_file_the_customers_are_those_of_the_sales(tmp_path: Path) -> None:
    buyers: list[hm.Row] = [{"customer_id": hm.customer_id(n)} for n in (2, 1, 2)]
    folder = hm.write_hm(tmp_path / "hm", transactions=buyers)
    (folder / f"{C}.csv").unlink()
    report = ingest(folder, block_mb=0.0001)
    assert "There is no customers.csv" in report["said"]
    assert list(Customer.objects.order_by("pk").values_list("pk", "customer_id", "age")) == [
        (1, hm.customer_id(2), None),
        (2, hm.customer_id(1), None),
    ]
    later = [{"customer_id": hm.customer_id(n).upper()} for n in (1, 3)]
    with (folder / f"{T}.csv").open("a") as file:
        file.write(hm.csv_text(hm.TRANSACTION, hm.transaction_rows(later)).partition("\n")[2])
    report = ingest(folder, block_mb=0.0001)
    assert report["files"][C] == {"rows": 3, "accepted": 3, "rejected": {}, "emptied": {}}
    assert Transaction.objects.filter(customer__customer_id=hm.customer_id(3)).count() == 1
    assert ingest(folder)["unchanged"]


def test_articles_and_an_empty_history_are_a_shop(tmp_path: Path) -> None:
    folder = hm.write_hm(tmp_path / "hm")
    for name in (C, T):
        (folder / f"{name}.csv").unlink()
    with pytest.raises(CommandError, match="For a shop without history, write"):
        ingest(folder)
    (folder / f"{T}.csv").write_text("t_dat,customer_id,article_id\n")
    ingest(folder)
    assert (Article.objects.count(), Customer.objects.count()) == (3, 0)
    assert Client().get("/").status_code == 200


@pytest.mark.parametrize("limit", [{}, {"max_reject_share": 100.0, "max_rejects": 3}])
def test_a_restart_judges_the_new_files_before_it_empties_the_catalogue(
    tmp_path: Path, limit: dict[str, float]
) -> None:
    ingest(hm.write_hm(tmp_path / "hm", transactions=sales(9, 0)))
    bad = hm.write_hm(tmp_path / "bad", articles=[{}], transactions=sales(30, 9))
    with pytest.raises(CommandError, match=r"(?s)can't be used.*holds what it held before"):
        ingest(bad, restart=True, **limit)
    assert (Article.objects.count(), Transaction.objects.count()) == (3, 9)
    assert ingest(tmp_path / "hm")["unchanged"]
    ingest(bad, restart=True, only_known=True)
    assert (Article.objects.count(), Transaction.objects.count()) == (1, 30)
