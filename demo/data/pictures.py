"""Draws the generated data set's pictures, one per article, in the H&M files' layout."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from catalog.images.library import picture_path
from demo.pictures import Dice, GarmentSpec, draw

WIDTH, HEIGHT, QUALITY = 360, 540, 86
#: In the H&M files 442 of 105,542 articles have no picture.
WITHOUT_PICTURE = 0.0042
WORKERS = 2
_BATCH = 48

_COLUMNS = {
    "product_type": "product_type_name", "product_group": "product_group_name",
    "appearance": "graphical_appearance_name", "colour": "colour_group_name",
    "colour_value": "perceived_colour_value_name", "index_group": "index_group_name",
}  # fmt: skip


def has_picture(article_id: int) -> bool:
    """Whether the generated data set has a picture of this article."""
    return not Dice(article_id ^ 0x5EED).chance(WITHOUT_PICTURE)


def specs_of(articles: pd.DataFrame) -> Iterator[GarmentSpec]:
    """The articles of a table with Kaggle's columns."""
    columns = [articles[column].astype(str) for column in _COLUMNS.values()]
    for article_id, *values in zip(articles["article_id"].astype(int), *columns, strict=True):
        yield GarmentSpec(int(article_id), **dict(zip(_COLUMNS, values, strict=True)))


def draw_all(articles: pd.DataFrame, out: Path, progress: Callable[[int], None]) -> int:
    """Draw the articles' pictures under ``out``/images; returns how many were drawn.

    ``articles`` has Kaggle's columns; ``progress`` receives the number of articles since its last
    call. Existing pictures are redrawn, with identical bytes.
    """
    specs = specs_of(articles)
    tasks = [(out / "images", batch) for batch in iter(lambda: list(islice(specs, _BATCH)), [])]
    if len(tasks) <= 2:
        return sum(_reported(map(_draw_batch, tasks), progress))
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        return sum(_reported(pool.map(_draw_batch, tasks), progress))


def _reported(results: Iterable[tuple[int, int]], progress: Callable[[int], None]) -> Iterator[int]:
    for seen, drawn in results:
        progress(seen)
        yield drawn


def _draw_batch(task: tuple[Path, list[GarmentSpec]]) -> tuple[int, int]:
    """Draw some articles; returns how many there were, and how many have a picture."""
    images, specs = task
    pictured = [spec for spec in specs if has_picture(spec.article_id)]
    for spec in pictured:
        path = picture_path(images, spec.article_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        draw(spec, WIDTH, HEIGHT).save(path, "JPEG", quality=QUALITY)
    return len(specs), len(pictured)
