"""Every readable shape gives the same rows; every other is refused with a clear message."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from rich.console import Console

from catalog.ingest.checks.check import CheckReport, check
from catalog.ingest.checks.quality import Quality
from catalog.ingest.checks.rejects import Limits
from catalog.ingest.checks.warnings import of_file
from catalog.ingest.errors import IngestError
from catalog.ingest.progress import Phases
from catalog.tests import shapes
from catalog.tests.download_shapes import DOWNLOAD_SHAPES
from catalog.tests.odd_shapes import ODD_SHAPES
from catalog.tests.shapes import FILES, SHAPES, A, C, Change, Shape, Spelling, T
from catalog.tests.tool_shapes import TOOL_SHAPES

ALL_SHAPES = [*SHAPES, *ODD_SHAPES, *TOOL_SHAPES, *DOWNLOAD_SHAPES]


def checked(folder: Path) -> CheckReport:
    return check(folder, None, Limits(), Phases(Console(quiet=True)), 400)


def accepted(found: CheckReport) -> tuple[int, ...]:
    return tuple(found.files[name].accepted for name in FILES)


@pytest.mark.parametrize("shape", ALL_SHAPES, ids=[shape.name for shape in ALL_SHAPES])
def test_a_shape_is_read_or_refused(shape: Shape, tmp_path: Path) -> None:
    folder = shapes.sound(tmp_path / "hm")
    shape.spoil(folder)
    if not shape.error:
        found = checked(folder)
        assert (found.faults, accepted(found)) == ([], shape.accepted)
        assert found.files[T].quality["day"] == {"first": "2020-09-01", "last": "2020-09-03"}
        return
    with pytest.raises(IngestError, match=f"(?s){shape.error}"):
        stopped(checked(folder))


def test_a_file_that_was_cut_short_is_pointed_out(tmp_path: Path) -> None:
    folder = shapes.sound(tmp_path / "hm")
    shapes.text(T, lambda data: data[:-30])(folder)
    assert "transactions_train.csv ends within a line" in "".join(checked(folder).warnings)


def test_a_file_as_long_as_a_spreadsheet_is_pointed_out(tmp_path: Path) -> None:
    quality = checked(shapes.sound(tmp_path / "hm")).files[T].quality
    said = [" ".join(of_file(T, rows, {}, quality)) for rows in (1_048_574, 1_048_575)]
    assert ["spreadsheet" in each for each in said] == [False, True]


def stopped(found: CheckReport) -> None:
    """What an ingest would report as reasons to stop."""
    if found.faults:
        raise IngestError("\n".join(found.faults))


def test_the_corpus_is_large() -> None:
    assert len({shape.name for shape in ALL_SHAPES}) == len(ALL_SHAPES) >= 490


texts = st.tuples(
    st.sampled_from([bytes, *shapes.DIALECTS.values()]),
    st.sampled_from([bytes, *shapes.ENCODINGS.values()]),
    st.sampled_from([name for name in shapes.PACKINGS if "Parquet" not in name] + [""]),
)


@examples(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(list(shapes.DAYS.values())),
    st.sampled_from(list(shapes.IDS.values())),
    st.sampled_from(list(shapes.PRICES.values())),
    st.tuples(texts, texts, texts),
)
def test_shapes_that_are_read_may_be_put_together(
    days: Spelling, ids: Spelling, prices: Spelling, forms: tuple[tuple[Change, Change, str], ...]
) -> None:
    with TemporaryDirectory() as place:
        plain = checked(shapes.sound(Path(place) / "plain"))
        folder = shapes.sound(Path(place) / "hm")
        shapes.all_ids(ids)(folder)
        shapes.text(T, shapes.column(T, "t_dat", days))(folder)
        shapes.text(T, shapes.column(T, "price", prices))(folder)
        for name, (dialect, encoding, packing) in zip((A, C, T), forms, strict=True):
            shapes.text(name, dialect)(folder)
            shapes.text(name, encoding)(folder)
            if packing:
                shapes.pack(name, packing)(folder)
        found = checked(folder)
        assert (found.faults, accepted(found)) == ([], (3, 3, 6))
        assert close(found.files[T].quality, plain.files[T].quality)


def close(one: Quality, other: Quality) -> bool:
    """Equal except for rounding caused by the order in which prices are added."""
    same = one["price"]["sum"] == pytest.approx(other["price"]["sum"])
    return same and {**one, "price": 0} == {**other, "price": 0}
