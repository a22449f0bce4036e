"""The export, and the terminal's explanation of a recommendation."""

import bz2
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from catalog.tests.factories import make_article, make_customer, make_transaction
from recommendations.models import ModelVersion
from recommendations.serving.customers_file import read_customers
from recommendations.serving.export import identity
from recommendations.tests.shops import train

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Customers: three with purchases, one without, one unknown."""
    articles = [make_article(name=f"Shirt {n}") for n in range(14)]
    customers = [make_customer() for _ in range(4)]
    for n, customer in enumerate(customers[:3]):
        for article in articles[4 * n : 4 * n + 4]:
            make_transaction(article=article, customer=customer, t_dat=date(2020, 9, 19))
    train()
    listed = tmp_path / "customers.csv"
    ids = [customer.customer_id for customer in customers] + ["f" * 64]
    listed.write_text("customer_id,age\n" + "".join(f"{name},30\n" for name in ids))
    return listed


def run(file: Path, *more: str) -> Path:
    out = file.with_name("out.csv")
    call_command("export_recommendations", "--customers", str(file), "--out", str(out), *more)
    return out


def export(file: Path, *more: str) -> list[list[str]]:
    out = run(file, *more)
    return [line.split(",") for line in out.read_text().splitlines()]


def test_every_customer_gets_a_line_in_order_and_the_unknown_those_of_newcomers(
    file: Path,
) -> None:
    lines = export(file)
    assert lines[0] == ["customer_id", "prediction"]
    assert [line[0] for line in lines[1:]] == [
        row.split(",")[0] for row in file.read_text().splitlines()[1:]
    ]
    for _, prediction in lines[1:]:
        articles = prediction.split(" ")
        assert len(set(articles)) == len(articles) == 12
        assert all(len(article) == 10 for article in articles)
    assert lines[1][1] != lines[2][1]
    assert lines[4][1] == lines[5][1]


def partial_of(file: Path, form: str = "kaggle") -> Path:
    """The partial file of an export of these customers."""
    folder = ModelVersion.objects.active().get().folder
    name = identity(folder, read_customers(file), form)
    return file.with_name(f"out.csv.{name}.part")


def test_a_file_cut_short_is_taken_up_to_the_same_bytes(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = export(file)
    out = file.with_name("out.csv")
    text = out.read_text()
    partial = partial_of(file)
    partial.write_text(text[: text.index("\n", 200) + 30])
    out.unlink()
    capsys.readouterr()
    assert export(file) == whole
    assert "(0 from" not in capsys.readouterr().out
    assert not partial.exists()


def test_an_export_of_other_customers_does_not_go_on_with_a_partial_file(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export(file)
    text = file.with_name("out.csv").read_text()
    partial_of(file).write_text(text[: text.index("\n", 200) + 1])
    header, *rows = file.read_text().splitlines(keepends=True)
    other = file.with_name("other.csv")
    other.write_text(header + "".join(rows[::-1]))
    capsys.readouterr()
    lines = export(other)
    assert "(0 from" in capsys.readouterr().out
    assert [line[0] for line in lines[1:]] == [row.split(",")[0] for row in rows[::-1]]


def zipped(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._sample_submission.csv", b"\0\0")
        archive.writestr("sample_submission.csv", data)
    return packed.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.upper().replace(b"CUSTOMER_ID,AGE", b"customer_id,age"),
        lambda data: data.replace(b"\n", b"\n\n"),
        lambda data: data.replace(b",", b";"),
        lambda data: data.decode().encode("utf-16"),
        lambda data: data + data.partition(b"\n")[2],
        gzip.compress,
        bz2.compress,
        zipped,
    ],
    ids=[
        "mark",
        "crlf",
        "capitals",
        "blank",
        "semicolon",
        "utf16",
        "twice",
        "gzip",
        "bzip2",
        "zip",
    ],
)
def test_the_same_customers_in_any_shape_of_file_give_the_same_bytes(
    file: Path, change: Callable[[bytes], bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    export(file)
    plain = file.with_name("out.csv").read_bytes()
    other = file.with_name("other.csv")
    other.write_bytes(change(file.read_bytes()))
    capsys.readouterr()
    export(other)
    assert file.with_name("out.csv").read_bytes() == plain
    twice = change(b"x\ny\n") == b"x\ny\ny\n"
    assert ("5 rows name a customer again" in capsys.readouterr().err) == twice


def test_json_lines_and_parquet_hold_the_same_and_take_ids_of_any_form(file: Path) -> None:
    plain = {line[0]: line[1].split() for line in export(file)[1:]}
    other = file.with_name("other.csv")
    other.write_text(file.read_text() + 'cust_1,30\n"a,b",31\n')
    with pytest.raises(CommandError, match="not all ids are 64 hexadecimal"):
        export(other)
    written = run(other, "--format", "jsonl").read_text()
    lines = [json.loads(line) for line in written.splitlines()]
    rows = pq.read_table(run(other, "--format", "parquet")).to_pylist()
    assert rows == lines
    found = {row["customer_id"]: row["prediction"] for row in rows}
    assert plain.items() <= found.items()
    assert found["cust_1"] == found["a,b"] == plain["f" * 64]


def test_the_export_says_what_is_wrong(file: Path) -> None:
    bad = file.with_name("bad.csv")
    bad.write_text("name\nx\n")
    with pytest.raises(CommandError, match="customer_id"):
        export(bad)
    bad.write_bytes(b"customer_id,note\n" + b"a" * 64 + b",tr\xf6ja\n")
    with pytest.raises(CommandError, match=r"bad.csv: line 2 is not UTF-8 .*column note"):
        export(bad)
    bad.write_text("customer_id,age\n,30\n")
    with pytest.raises(CommandError, match=r"bad.csv: line 2: customer_id is empty"):
        export(bad)
    with pytest.raises(CommandError, match="train_recommendations --as-of 2019-01-01"):
        export(file, "--as-of", "2019-01-01")


def test_the_terminal_explains_what_a_customer_gets(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    customer = file.read_text().splitlines()[1].split(",")[0]
    call_command("recommend", "--customer", customer, "--as-of", "2020-09-19")
    said = capsys.readouterr().out
    assert "Buy it again" in said
    assert "again 3.0" in said
    with pytest.raises(CommandError, match="no customer"):
        call_command("recommend", "--customer", "e" * 64)
