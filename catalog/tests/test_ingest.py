"""`ingest_hm` on real PostgreSQL, in the test process."""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.data_version import read_version
from catalog.ingest import partitions, session
from catalog.models import (
    Article,
    ArticleSummary,
    ArticleWeek,
    Colour,
    Customer,
    IngestRun,
    Product,
    ProductType,
    Transaction,
)
from catalog.tests import hm
from catalog.tests.factories import make_article
from web.json_types import Json

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_folder")]


def ingest(folder: Path, **options: Any) -> Json:
    """Run the command; returns its report, with the printed text as `said`."""
    said, report = io.StringIO(), folder.parent / "report.json"
    call_command("ingest_hm", data_dir=folder, report=report, stdout=said, **options)
    return {**json.loads(report.read_text()), "said": said.getvalue()}


def rejects(report: Json) -> list[tuple[str, int, str]]:
    with Path(report["rejects_file"]).open(newline="") as file:
        return [(row["file"], int(row["line"]), row["reason"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("suffix", ["", ".gz", ".zip"])
def test_all_three_files_load_in_every_packing(tmp_path: Path, suffix: str) -> None:
    days = ["2020-08-31", "2020-09-01", "2020-09-01"]
    report = ingest(
        hm.write_hm(tmp_path / "hm", transactions=[{"t_dat": d} for d in days], suffix=suffix)
    )
    assert {name: file["accepted"] for name, file in report["files"].items()} == {
        "articles": 3,
        "customers": 3,
        "transactions_train": 3,
    }
    assert Article.objects.count() == Customer.objects.count() == Transaction.objects.count() == 3
    assert partitions.attached() == ["catalog_transaction_2020_08", "catalog_transaction_2020_09"]
    assert IngestRun.objects.get().status == "done"


def test_a_transaction_row_comes_through_whole(tmp_path: Path) -> None:
    row = {
        "t_dat": "2020-09-22",
        "customer_id": hm.customer_id(2),
        "article_id": "0900002001",
        "price": "0.05083050847457627",
        "sales_channel_id": "1",
    }
    ingest(hm.write_hm(tmp_path / "hm", transactions=[{}, row]))
    found = Transaction.objects.select_related("customer").get(pk=2)
    assert found.t_dat == date(2020, 9, 22)
    assert found.customer.customer_id == hm.customer_id(2)
    assert (found.article_id, found.price, found.sales_channel) == (
        900002001,
        0.05083050847457627,
        1,
    )


def test_equal_rows_are_several_units(tmp_path: Path) -> None:
    ingest(hm.write_hm(tmp_path / "hm", transactions=[{}, {}, {}]))
    assert list(Transaction.objects.values_list("pk", flat=True)) == [1, 2, 3]
    assert ArticleSummary.objects.get(pk=900001001).units == 3


def test_look_up_tables_are_normalised(tmp_path: Path) -> None:
    articles = [
        {"article_id": "900001001", "colour_group_code": "01", "product_code": "0900001"},
        {"article_id": "0900001002.0", "colour_group_code": "1", "product_code": "900001"},
        {
            "article_id": "0900002001",
            "colour_group_code": "-1",
            "colour_group_name": "Unknown",
            "product_type_no": "302",
            "product_group_name": "Outdoors",
            "detail_desc": "",
        },
    ]
    ingest(hm.write_hm(tmp_path / "hm", articles=articles))
    assert list(Colour.objects.order_by("pk").values_list("pk", "name")) == [
        (-1, "Unknown"),
        (1, "Ink"),
    ]
    assert list(Product.objects.order_by("pk").values_list("pk", flat=True)) == [900001, 900002]
    types = ProductType.objects.order_by("pk").values_list("pk", "name", "group__name")
    assert list(types) == [(301, "Shirt", "Tops"), (302, "Shirt", "Outdoors")]
    assert Article.objects.get(pk=900002001).description == ""


def test_a_buyer_of_whom_nothing_is_known_is_a_customer(tmp_path: Path) -> None:
    nothing = dict.fromkeys(hm.CUSTOMER, "") | {"customer_id": hm.customer_id(1)}
    ingest(hm.write_hm(tmp_path / "hm", customers=[nothing], transactions=[{}]))
    customer = Customer.objects.get()
    assert (customer.fn, customer.active, customer.age, customer.postal_code) == (
        None,
        None,
        None,
        "",
    )


def test_unusable_rows_are_told_by_line_and_the_totals_add_up(tmp_path: Path) -> None:
    folder = hm.write_hm(
        tmp_path / "hm",
        articles=[
            {"detail_desc": "two\nlines"},
            {"article_id": "x"},
            {"article_id": "900001001.0"},
        ],
        customers=[{}, {"customer_id": hm.customer_id(1).upper()}, {"customer_id": ""}],
        transactions=[
            {},
            {"customer_id": hm.customer_id(3)},
            {"price": "-1"},
            {"t_dat": "2020-13-01"},
            {},
        ],
    )
    with (folder / "transactions_train.csv").open("a") as file:
        file.write("\n2020-09-22,cut sho")
    report = ingest(folder)
    assert rejects(report) == [
        ("articles.csv", 4, "article_id is not a whole number"),
        ("articles.csv", 5, "article_id is in an earlier row"),
        ("customers.csv", 3, "customer_id is in an earlier row"),
        ("customers.csv", 4, "customer_id is empty"),
        ("transactions_train.csv", 3, "unknown customer"),
        ("transactions_train.csv", 4, "price is not above zero"),
        ("transactions_train.csv", 5, "t_dat is not a date"),
        ("transactions_train.csv", 8, "no line end: the row may be cut short"),
    ]
    for file in report["files"].values():
        assert file["rows"] == file["accepted"] + sum(file["rejected"].values())
    assert report["files"]["transactions_train"]["rows"] == 6
    assert list(Transaction.objects.values_list("pk", flat=True)) == [1, 5]


def test_a_rejected_row_is_shown_as_it_stood(tmp_path: Path) -> None:
    report = ingest(
        hm.write_hm(tmp_path / "hm", articles=[{"article_id": "x", "prod_name": 'A, "B"'}, {}])
    )
    with Path(report["rejects_file"]).open(newline="") as file:
        row = next(csv.DictReader(file))["row"]
    assert next(csv.reader([row]))[:3] == ["x", "x", 'A, "B"']


def test_a_second_run_changes_nothing_and_says_so(tmp_path: Path) -> None:
    folder = hm.write_hm(tmp_path / "hm", transactions=[{}])
    first = ingest(folder)
    again = ingest(folder)
    assert "nothing changed" in again["said"]
    assert again["unchanged"]
    assert again["files"] == first["files"]
    assert IngestRun.objects.count() == Transaction.objects.count() == 1


def test_a_changed_file_is_refused_until_restart(tmp_path: Path) -> None:
    ingest(hm.write_hm(tmp_path / "hm", transactions=[{}]))
    folder = hm.write_hm(tmp_path / "hm", articles=[{}], transactions=[{}, {"t_dat": "2020-10-01"}])
    with pytest.raises(CommandError, match=r"articles\.csv.*--restart"):
        ingest(folder)
    assert (Article.objects.count(), Transaction.objects.count()) == (3, 1)
    ingest(folder, restart=True)
    assert (Article.objects.count(), Transaction.objects.count()) == (1, 2)
    assert partitions.attached() == ["catalog_transaction_2020_09", "catalog_transaction_2020_10"]


def test_rows_of_unknown_origin_are_not_overwritten(tmp_path: Path) -> None:
    make_article()
    with pytest.raises(CommandError, match="--restart"):
        ingest(hm.write_hm(tmp_path / "hm"))
    assert Article.objects.count() == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = hm.write_hm(tmp_path / "hm")
    (folder / "articles.csv").unlink()
    with pytest.raises(CommandError, match=r"has no articles\.csv"):
        ingest(folder)
    assert not IngestRun.objects.exists()


def test_everything_missing_in_all_files_is_told_at_once(tmp_path: Path) -> None:
    folder = hm.write_hm(tmp_path / "hm")
    hm.write(folder, "customers", "name;FN;Active\n")
    hm.write(folder, "transactions_train", "t_dat,price\n")
    (folder / "articles.csv").rename(folder / "articles_filtered.csv")
    with pytest.raises(CommandError) as told:
        ingest(folder)
    for part in (
        r"has no articles.csv",
        r"articles_filtered.csv as articles.csv",
        r"customers.csv: the header has no column customer_id. It has: name, FN, Active.",
        r"transactions_train.csv: the header has no column customer_id, article_id",
    ):
        assert part in str(told.value)
    assert not IngestRun.objects.exists()


def test_columns_may_stand_in_any_order_after_a_byte_order_mark(tmp_path: Path) -> None:
    folder = hm.write_hm(tmp_path / "hm")
    lines = (
        f"age,{','.join(c for c in hm.CUSTOMER if c != 'age')},extra\n30,{'ab' * 32},,,,,,more\n"
    )
    hm.write(folder, "customers", b"\xef\xbb\xbf" + lines.encode())
    ingest(folder)
    assert Customer.objects.get().age == 30


def test_wrong_encoding_stops_with_the_line_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    folder = hm.write_hm(
        tmp_path / "hm", articles=[{}, {"article_id": "0900001002", "prod_name": "Tröja"}]
    )
    text = (folder / "articles.csv").read_bytes().decode()
    hm.write(folder, "articles", text.encode("latin-1"))
    with pytest.raises(CommandError, match=r"articles\.csv: line 3 is not UTF-8"):
        ingest(folder)
    assert IngestRun.objects.get().status == "failed"
    hm.write(folder, "articles", text)
    ingest(folder, restart=True)
    assert Article.objects.filter(name="Tröja").exists()


def test_a_cut_gzip_file_stops_and_the_shop_keeps_a_consistent_database(tmp_path: Path) -> None:
    days = [
        {"t_dat": f"2020-{month:02}-01", "price": f"0.{n}1"}
        for month in range(1, 13)
        for n in range(300)
    ]
    folder = hm.write_hm(tmp_path / "hm", transactions=days, suffix=".gz")
    path = folder / "transactions_train.csv.gz"
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(CommandError, match="damaged or truncated"):
        ingest(folder, block_mb=0.01)
    assert Transaction.objects.count() == 0
    assert partitions.detached_partitions()


def test_a_full_disk_stops_clearly_and_the_same_command_goes_on(tmp_path: Path) -> None:
    folder = hm.write_hm(tmp_path / "hm", transactions=[{}] * 100 + [{"t_dat": "2020-10-01"}] * 100)
    full = (
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.rows > 100 THEN RAISE 'No space left on device' USING ERRCODE = 'disk_full'; "
        "END IF; RETURN NEW; END $$; CREATE TRIGGER full_disk BEFORE UPDATE ON catalog_ingestfile "
        "FOR EACH ROW EXECUTE FUNCTION full_disk()"
    )
    partitions.execute(full)
    try:
        with pytest.raises(CommandError, match="No space left on device"):
            ingest(folder, block_mb=0.005)
    finally:
        partitions.execute("DROP FUNCTION full_disk CASCADE")
    report = ingest(folder, block_mb=0.005)
    assert report["rows_read_before"] > 6
    assert list(Transaction.objects.values_list("pk", flat=True)) == list(range(1, 201))


def test_too_many_rejects_stop_with_examples_and_a_larger_limit_goes_on(tmp_path: Path) -> None:
    folder = hm.write_hm(tmp_path / "hm", transactions=[{}, {"price": "0"}, {"price": "-7"}])
    with pytest.raises(
        CommandError, match=r"(?s)2 rows can't be used.*line 4: price is not above.*-7"
    ):
        ingest(folder, max_rejects=1)
    report = ingest(folder, max_rejects=2)
    assert report["files"]["transactions_train"]["rejected"] == {"price is not above zero": 2}
    assert len(rejects(report)) == 2


def test_of_two_at_once_the_second_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LOCK_PAUSE", 0.01)
    other = psycopg2.connect(**connection.get_connection_params())
    try:
        other.cursor().execute("SELECT pg_advisory_lock(%s)", [session.LOCK])
        with pytest.raises(CommandError, match="Another ingest is running"):
            ingest(hm.write_hm(tmp_path / "hm"))
    finally:
        other.close()
    ingest(hm.write_hm(tmp_path / "hm"))


def test_partitions_have_the_parents_indexes_and_validated_keys_once(tmp_path: Path) -> None:
    ingest(hm.write_hm(tmp_path / "hm", transactions=[{}]))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'catalog_transaction_2020_09'"
        )
        assert {
            row[0].removeprefix("catalog_transaction_2020_09_") for row in cursor.fetchall()
        } == {
            "customer_day",
            "id",
        }
        cursor.execute(
            "SELECT conname, convalidated, conparentid <> 0 FROM pg_constraint "
            "WHERE conrelid = 'catalog_transaction_2020_09'::regclass AND contype = 'f' ORDER BY 1"
        )
        assert cursor.fetchall() == [
            ("transaction_article", True, True),
            ("transaction_customer", True, True),
        ]


def test_summaries_tell_price_units_and_days(tmp_path: Path) -> None:
    articles = [
        {"article_id": "0900001001"},
        {"article_id": "0900001002"},
        {"article_id": "0900002001"},
        {"article_id": "0900003001", "product_type_no": "302", "product_type_name": "Coat"},
    ]
    # The last two days are one week, and the later one stands first.
    sales = [
        ("2020-06-01", "0.01"), ("2020-09-01", "0.03"),
        ("2020-08-20", "0.03"), ("2020-08-19", "0.02"),
    ]  # fmt: skip
    transactions = [{"t_dat": day, "price": price} for day, price in sales]
    ingest(hm.write_hm(tmp_path / "hm", articles=articles, transactions=transactions))
    sold, same_product, same_type, other = ArticleSummary.objects.order_by("pk")
    assert (sold.price, sold.price_is_estimated) == (0.03, False)
    assert (sold.units, sold.units_recent) == (4, 3)
    assert (sold.first_sold, sold.last_sold) == (date(2020, 6, 1), date(2020, 9, 1))
    weeks = ArticleWeek.objects.order_by("last_sold").values_list("units", "spent", "price")
    assert list(weeks) == [(1, 0.01, 0.01), (2, 0.05, 0.03), (1, 0.03, 0.03)]
    for summary in (same_product, same_type, other):
        assert (summary.price, summary.price_is_estimated) == (0.03, True)
        assert (summary.units, summary.first_sold) == (0, None)


def test_the_migration_counts_the_weeks_of_sales_that_are_loaded_already(tmp_path: Path) -> None:
    days = ("2020-08-01", "2020-08-30", "2020-08-31", "2020-08-31", "2020-09-01", "2020-09-30")
    sales = [(day, key, int(day[-2:]) / 1000) for day in days for key in hm.ARTICLES[:2]]
    rows = [{"t_dat": day, "article_id": key, "price": price} for day, key, price in sales]
    ingest(hm.write_hm(tmp_path / "hm", transactions=rows))
    counted = list(ArticleWeek.objects.order_by("pk").values())
    assert sum(week["units"] for week in counted) == len(rows)
    ArticleWeek.objects.all().delete()
    partitions.execute(import_module("catalog.migrations.0014_article_week").COUNT)
    again = list(ArticleWeek.objects.order_by("pk").values())
    # At the end of August the ingest counts a week once, the migration by month.
    assert by_week(again) == pytest.approx(by_week(counted))
    assert {week["id"] for week in counted} <= {week["id"] for week in again}


def by_week(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[int, date, str], float]:
    sums: dict[tuple[int, date, str], float] = defaultdict(float)
    for row in rows:
        monday = row["last_sold"] - timedelta(days=row["last_sold"].weekday())
        for name in ("units", "spent"):
            sums[row["article_id"], monday, name] += row[name]
    return sums


def test_pictures_are_noted_and_noted_anew_when_they_come(tmp_path: Path) -> None:
    folder = hm.write_hm(tmp_path / "hm")
    assert counts(ingest(folder)) == {"found": 0, "missing": 3, "surplus": 0, "unreadable": 0}
    images = folder / "images" / "090"
    images.mkdir(parents=True)
    for name in ("0900001001", "0909999999"):
        (images / f"{name}.jpg").write_bytes(bytes(200))
    (images / "0900001002.jpg").write_bytes(b"")
    (images / "0900002001.jpg").mkdir()
    (images / "notes.txt").write_text("no picture")
    again = ingest(folder)
    assert counts(again) == {"found": 1, "missing": 2, "surplus": 1, "unreadable": 2}
    assert [Path(name).name for name in again["pictures"]["unreadable"]] == [
        "0900001002.jpg",
        "0900002001.jpg",
    ]
    assert again["pictures"]["other_files"] == 1
    assert again["unchanged"]
    assert ArticleSummary.objects.filter(has_picture=True).get().pk == 900001001


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("images/0900001001.jpg", "1 entries of .*, such as 0900001001.jpg: "),
        ("images/090/0900001001.JPG", "such as 090/0900001001.JPG: "),
        ("images/090/900001001.png", "such as 090/900001001.png: "),
        ("images/images/090/0900001001.jpg", "such as images/090: "),
        ("images_128_128.zip", "no folder images, but images_128_128.zip: unpack it"),
    ],
)
def test_pictures_in_another_layout_are_pointed_out(tmp_path: Path, name: str, said: str) -> None:
    folder = hm.write_hm(tmp_path / "hm")
    write_picture(folder / name)
    checked = io.StringIO()
    call_command("ingest_hm", data_dir=folder, check=True, stdout=checked)
    report = ingest(folder)
    assert re.search(said, "".join(report["pictures"]["warnings"]))
    assert "Warning: " in report["said"]
    assert "Warning: " in checked.getvalue()


def test_a_picture_that_comes_or_goes_moves_the_version_of_the_data(tmp_path: Path) -> None:
    folder = hm.write_hm(tmp_path / "hm")
    picture = folder / "images" / "090" / "0900001001.jpg"
    ingest(folder)
    versions = [read_version()]
    for wanted in (True, False, False):
        write_picture(picture) if wanted else picture.unlink(missing_ok=True)
        ingest(folder)
        versions.append(read_version())
    assert len(set(versions)) == 3
    assert versions[2] == versions[3]


def write_picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(200))


def counts(report: Json) -> dict[str, int]:
    pictures = report["pictures"]
    return {
        **{name: pictures[name] for name in ("found", "missing", "surplus")},
        "unreadable": pictures["unreadable_files"],
    }


def test_files_without_rows_make_an_empty_shop(tmp_path: Path) -> None:
    report = ingest(hm.write_hm(tmp_path / "hm", articles=[], customers=[]))
    assert report["rows"] == 0
    assert partitions.attached() == []


def test_a_customer_keeps_their_key_whatever_is_ingested_in_whatever_order(tmp_path: Path) -> None:
    one, two, three = (hm.customer_id(n) for n in (1, 2, 3))
    folder = tmp_path / "hm"
    hm.write_hm(folder, customers=[{"customer_id": one}, {"customer_id": two}])
    ingest(folder)
    keys = dict(Customer.objects.values_list("customer_id", "pk"))
    assert keys == {one: 1, two: 2}
    hm.write_hm(folder, customers=[{"customer_id": three}, {"customer_id": two}])
    ingest(folder, restart=True)
    assert dict(Customer.objects.values_list("customer_id", "pk")) == {two: 2, three: 3}
    hm.write_hm(
        folder, customers=[{"customer_id": two}, {"customer_id": three}, {"customer_id": one}]
    )
    ingest(folder, restart=True)
    assert dict(Customer.objects.values_list("customer_id", "pk")) == {**keys, three: 3}
