"""Files that others read while they are written, and tables beside the code."""

import threading
import tomllib
from pathlib import Path

import pytest

from web.files import replacing, table


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "new" / "figures.json"
    with replacing(file) as draft:
        draft.write_text("first")
        assert not file.exists()
    with replacing(file) as draft:
        draft.write_text("second")
        assert file.read_text() == "first"
    assert file.read_text() == "second"
    assert names(file.parent) == ["figures.json"]


@pytest.mark.parametrize("begun", [True, False])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, begun: bool) -> None:
    file = tmp_path / "figures.json"
    file.write_text("before")

    def fail() -> None:
        with replacing(file) as draft:
            if begun:
                draft.write_text("hal")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert file.read_text() == "before"
    assert names(tmp_path) == ["figures.json"]


def test_a_reader_never_sees_a_part_however_many_write(tmp_path: Path) -> None:
    file, size = tmp_path / "figures.json", 100_000
    file.write_text("a" * size)

    def write(letter: str) -> None:
        for _ in range(20):
            with replacing(file) as draft:
                draft.write_text(letter * size)

    writers = [threading.Thread(target=write, args=(letter,)) for letter in "bc"]
    for writer in writers:
        writer.start()
    seen = [file.read_text() for _ in range(200)]
    for writer in writers:
        writer.join()
    assert {(len(text), len(set(text))) for text in seen} == {(size, 1)}
    assert names(tmp_path) == ["figures.json"]


def test_a_table_is_read_from_beside_its_module(tmp_path: Path) -> None:
    (tmp_path / "words.toml").write_text('[sizes]\n"größe" = ["S", "M"]\n', encoding="utf-8")
    module = str(tmp_path / "sizes.py")
    assert table(module, "words.toml") == {"sizes": {"größe": ["S", "M"]}}
    (tmp_path / "broken.toml").write_text("sizes = [")
    with pytest.raises(tomllib.TOMLDecodeError):
        table(module, "broken.toml")
