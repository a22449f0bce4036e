"""Each broken file has its expected outcome; any single-byte change is refused or accounted for."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.management import CommandError
from hypothesis import HealthCheck, event, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from catalog.models import Article, Customer, IngestRun, Transaction
from catalog.tests import broken, hm
from catalog.tests.broken import CASES, Case
from catalog.tests.test_ingest import ingest, rejects
from web.json_types import Json

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_folder")]
FILES = ("articles", "customers", "transactions_train")


def in_tables() -> tuple[int, int, int]:
    return Article.objects.count(), Customer.objects.count(), Transaction.objects.count()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_file_has_its_outcome(case: Case, tmp_path: Path) -> None:
    folder = broken.sound(tmp_path / "hm")
    case.spoil(folder)
    if case.error:
        with pytest.raises(CommandError, match=case.error):
            ingest(folder)
        return
    report = ingest(folder)
    found = rejects(report) if report["rejects_file"] else []
    assert tuple(found) == case.rejects
    assert in_tables() == case.accepted
    assert tuple(report["files"][name]["accepted"] for name in FILES) == case.accepted


def test_the_corpus_is_large_enough() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 40


def test_a_repeated_row_is_shown_as_it_stands(tmp_path: Path) -> None:
    folder = broken.sound(tmp_path / "hm")
    broken.customer(customer_id=hm.customer_id(1).upper(), age="49.0")(folder)
    report = ingest(folder)
    with Path(report["rejects_file"]).open(newline="") as file:
        row = next(csv.DictReader(file))["row"]
    assert row == (folder / "customers.csv").read_text().splitlines()[2]


def test_a_number_with_two_names_is_warned_of(tmp_path: Path) -> None:
    folder = broken.sound(tmp_path / "hm")
    broken.article(colour_group_name="Ocean")(folder)
    report = ingest(folder)
    assert report["warnings"] == ["colour_group_code 1 is named 'Ink' and also 'Ocean'"]
    assert "Warning: colour_group_code 1" in report["said"]


@examples(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_changed_byte_is_loaded_with_exact_totals_or_fails_clearly(data: st.DataObject) -> None:
    with TemporaryDirectory() as place:
        folder = broken.sound(Path(place) / "hm")
        path = folder / f"{data.draw(st.sampled_from(FILES))}.csv"
        text = bytearray(path.read_bytes())
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(text)
        try:
            report = ingest(folder, restart=True)
        except CommandError as error:
            # For example, without its one customer the sales file is the one reported.
            clear = any(str(folder / f"{name}.csv") in str(error) for name in FILES)
            event("refused")
        else:
            clear = adds_up(folder, path, report)
            event("loaded")
        assert clear


def adds_up(folder: Path, changed: Path, report: Json) -> bool:
    """Every row of every file is in its table or rejected; unchanged files are complete."""
    told = [name for name, _, _ in rejects(report)] if report["rejects_file"] else []
    tables = dict(zip(FILES, in_tables(), strict=True))
    for name, file in report["files"].items():
        assert file["rows"] == tables[name] + told.count(f"{name}.csv")
        assert file["rows"] == 3 or name == changed.stem
        # A changed byte may merge or split lines, but never loses one.
        assert 2 <= file["rows"] <= 4
    assert IngestRun.objects.get(pk=report["run"]).status == "done"
    return True
