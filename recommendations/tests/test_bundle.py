"""Bundles on disk: complete or absent, and never trusted blindly."""

import gc
import json
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from recommendations.bundle.format import ARRAYS, FORMAT, MANIFEST, BundleError, Manifest
from recommendations.bundle.reader import ABSENT, Bundle, open_bundle, verify
from recommendations.bundle.writer import write_bundle
from recommendations.tests.shops import some_inputs
from recommendations.training import pipeline
from web.cache import per_owner

MODEL = Manifest(
    format=FORMAT,
    version="one",
    created=datetime(2020, 9, 21, tzinfo=UTC).isoformat(),
    as_of="2020-09-20",
    data_fingerprint="d",
    code_fingerprint="c",
    counts={},
    metrics={},
    features={},
    files={},
)


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    return pipeline.train(some_inputs(120), lambda line: None)


@pytest.fixture
def folder(tmp_path: Path, arrays: dict[str, np.ndarray]) -> Path:
    write_bundle(tmp_path / "one", MODEL, arrays)
    return tmp_path / "one"


def test_what_is_written_is_read_back(folder: Path, arrays: dict[str, np.ndarray]) -> None:
    bundle = open_bundle(folder)
    assert bundle.version == "one"
    np.testing.assert_array_equal(bundle.neighbours, arrays["neighbours"])
    np.testing.assert_array_equal(bundle.vectors, arrays["vectors"])
    names = some_inputs(120).articles["name"]
    assert [bundle.name(row) for row in range(120)] == names.tolist()
    assert verify(folder).files.keys() == ARRAYS.keys()


def test_a_bundle_is_mapped_read_only(folder: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        open_bundle(folder).neighbours[0, 0] = 1


def test_keys_find_their_rows_and_unknown_ones_none(folder: Path) -> None:
    bundle = open_bundle(folder)
    wanted = [1000, 1119, 1120, 1, 2_000_000_000]
    assert bundle.rows_of(wanted).tolist() == [0, 119, ABSENT, ABSENT, ABSENT]


def test_the_list_of_an_unknown_key_is_empty(folder: Path) -> None:
    rows, scores = open_bundle(folder).popular_by_index_group.of(77)
    assert len(rows) == len(scores) == 0


def test_what_is_kept_of_a_bundle_goes_with_it(folder: Path) -> None:
    asked: list[int] = []

    @per_owner(most=2)
    def row(bundle: Bundle, number: int) -> int:
        asked.append(number)
        return number

    first, second = open_bundle(folder), open_bundle(folder)
    assert [row(first, 1), row(first, 1), row(second, 1)] == [1, 1, 1]
    assert asked == [1, 1]
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None


def test_a_torn_file_is_refused_when_opened(folder: Path) -> None:
    whole = (folder / "vectors.npy").read_bytes()
    (folder / "vectors.npy").write_bytes(whole[:-1])
    with pytest.raises(BundleError, match=r"vectors\.npy.*bytes"):
        open_bundle(folder)


def test_an_altered_byte_is_found_by_the_checksum(folder: Path) -> None:
    whole = bytearray((folder / "standing.npy").read_bytes())
    whole[-1] ^= 1
    (folder / "standing.npy").write_bytes(whole)
    open_bundle(folder)
    with pytest.raises(BundleError, match="standing"):
        verify(folder)


@pytest.mark.parametrize("name", [MANIFEST, "names.npy"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BundleError, match=name):
        open_bundle(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m | {"format": FORMAT + 1},
        lambda m: m | {"files": {}},
        lambda m: {k: v for k, v in m.items() if k != "as_of"},
    ],
)
def test_a_manifest_of_another_program_is_refused(
    folder: Path, change: Callable[[dict[str, object]], dict[str, object]]
) -> None:
    manifest = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps(change(manifest)))
    with pytest.raises(BundleError):
        open_bundle(folder)


@pytest.mark.parametrize(
    "other", [np.array([{"a": 1}], object), np.zeros(3, np.int32), np.zeros(3)]
)
def test_a_file_with_objects_another_shape_or_type_is_refused(
    folder: Path, other: np.ndarray
) -> None:
    path = folder / "design.npy"
    np.save(path, other, allow_pickle=True)
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest["files"]["design"]["size"] = path.stat().st_size
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match="design"):
        open_bundle(folder)


def test_arrays_that_the_format_does_not_declare_are_not_written(
    tmp_path: Path, arrays: dict[str, np.ndarray]
) -> None:
    wrong = arrays | {"article": arrays["article"].astype(np.int64)}
    with pytest.raises(ValueError, match="article"):
        write_bundle(tmp_path / "two", MODEL, wrong)
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    write_bundle(tmp_path / "two", MODEL, arrays)
    with pytest.raises(OSError, match="not empty"):
        write_bundle(tmp_path / "two", MODEL, arrays)
    assert [path.name for path in tmp_path.iterdir()] == ["two"]
    verify(tmp_path / "two")
