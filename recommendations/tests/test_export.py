"""The export and the explanation in the terminal."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.tests.factories import make_article, make_customer, make_transaction
from recommendations.models import ModelVersion
from recommendations.tests.shops import train

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Customers of whom three bought, one did not, one is unknown."""
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


def export(file: Path, *more: str) -> list[list[str]]:
    out = file.with_name("out.csv")
    call_command("export_recommendations", "--customers", str(file), "--out", str(out), *more)
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


def test_a_file_cut_short_is_taken_up_to_the_same_bytes(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = export(file)
    out = file.with_name("out.csv")
    text = out.read_text()
    version = ModelVersion.objects.active().get()
    partial = out.with_name(f"out.csv.{version.version}.part")
    partial.write_text(text[: text.index("\n", 200) + 30])
    out.unlink()
    capsys.readouterr()
    assert export(file) == whole
    assert "(0 from" not in capsys.readouterr().out
    assert not partial.exists()


def test_the_export_says_what_is_wrong(file: Path) -> None:
    bad = file.with_name("bad.csv")
    bad.write_text("name\nx\n")
    with pytest.raises(CommandError, match="customer_id"):
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
