"""The generated data set's picture files: H&M's layout, and reproducible."""

from pathlib import Path

import pandas as pd
from PIL import Image

from catalog.images.library import picture_path
from demo.data import pictures


def table(ids: list[int]) -> pd.DataFrame:
    row = {
        "product_type_name": "Dress",
        "product_group_name": "Garment Full body",
        "graphical_appearance_name": "All over pattern",
        "colour_group_name": "Dark Blue",
        "perceived_colour_value_name": "Dark",
        "index_group_name": "Ladieswear",
    }
    return pd.DataFrame([{"article_id": f"{i:010d}", **row} for i in ids])


def test_pictures_are_written_where_the_hm_files_have_them(tmp_path: Path) -> None:
    ids = [12345001 + i for i in range(3)] + [912345001]
    done: list[int] = []
    assert pictures.draw_all(table(ids), tmp_path, done.append) == 4
    assert sum(done) == 4
    written = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.jpg"))
    assert written[0] == "images/001/0012345001.jpg"
    assert written[-1] == "images/091/0912345001.jpg"
    with Image.open(tmp_path / written[0]) as picture:
        assert (picture.format, picture.size) == ("JPEG", (360, 540))


def test_drawing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    def drawn() -> bytes:
        pictures.draw_all(table([912345001]), tmp_path, lambda _: None)
        return (tmp_path / "images/091/0912345001.jpg").read_bytes()

    assert drawn() == drawn()


def test_about_four_articles_in_a_thousand_have_no_picture(tmp_path: Path) -> None:
    ids = range(900_000_001, 900_050_001)
    without = [i for i in ids if not pictures.has_picture(i)]
    assert 0.003 < len(without) / len(ids) < 0.0055
    assert pictures.draw_all(table([without[0], 912345001]), tmp_path, lambda _: None) == 1
    assert not picture_path(tmp_path / "images", without[0]).exists()


def test_many_pictures_are_drawn_by_two_processes_as_one_would_draw_them(tmp_path: Path) -> None:
    ids = [912345001 + 1000 * i for i in range(100)]
    done: list[int] = []
    drawn = pictures.draw_all(table(ids), tmp_path, done.append)
    assert sum(done) == 100
    assert drawn == sum(map(pictures.has_picture, ids))
    alone = tmp_path / "alone"
    pictures.draw_all(table(ids[:1]), alone, lambda _: None)
    name = "images/091/0912345001.jpg"
    assert (tmp_path / name).read_bytes() == (alone / name).read_bytes()
