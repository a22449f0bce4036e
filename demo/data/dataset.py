"""Writes a whole synthetic data set into a folder, all or nothing.

Everything is written into `.partial` first and renamed when complete, `parameters.json` last. A
folder with any other content is refused; a finished set with the same parameters is left as it is
(its pictures may be added later).

What the generator knows and the files don't tell, the customers' tastes and what goes with what,
follows from the parameters: demo.shoppers.ground_truth.
"""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd

from demo.data.articles import MAX_ARTICLES, make_catalogue
from demo.data.baskets import make_baskets
from demo.data.customers import make_customers
from demo.data.harmony import make_harmony
from demo.data.shelf import World, make_world
from demo.data.tastes import make_tastes
from demo.data.transactions import weekly_lines
from demo.data.writer import (
    CHUNK_ROWS,
    TRANSACTION_HEADER,
    TransactionEncoder,
    chunks,
    write_table,
)

PARTIAL = ".partial"
PARAMETERS = "parameters.json"
FORMAT_VERSION = 1
Progress = Callable[[int], None]


class DataSetError(Exception):
    """Unusable parameters or folder; the message says why."""


class DrawAll(Protocol):
    """Draws out/images/0xx/0xxxxxxxxx.jpg for nearly all articles and returns how many."""

    def __call__(self, articles: pd.DataFrame, out: Path, progress: Progress) -> int: ...


@dataclass(frozen=True)
class Parameters:
    """Size and seed of a data set; equal parameters give identical bytes."""

    articles: int
    customers: int
    transactions: int
    seed: int

    def check(self) -> None:
        """Raise DataSetError, naming the parameter, if a value is out of range."""
        limits = {
            "articles": (200, MAX_ARTICLES),
            "customers": (100, 100_000_000),
            "transactions": (1_000, 2_000_000_000),
            "seed": (0, 2**63 - 1),
        }
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise DataSetError(f"--{name} {value}: must be from {low:,} to {high:,}")

    def as_json(self) -> str:
        """The content of the marker file that identifies a finished set."""
        kind = {"synthetic": True, "format": FORMAT_VERSION}
        return json.dumps(kind | asdict(self), indent=2) + "\n"


def is_finished(out: Path, parameters: Parameters) -> bool:
    """Whether `out` already contains exactly this set.

    Raises DataSetError if it contains anything except the remains of an interrupted run.
    """
    if out.exists() and not out.is_dir():
        raise DataSetError(f"{out} is not a folder")
    if not out.exists() or not any(out.iterdir()):
        return False
    marker = out / PARAMETERS
    if marker.is_file():
        if marker.read_text() == parameters.as_json():
            return True
        raise DataSetError(
            f"{out} contains a synthetic data set with other parameters ({PARAMETERS})"
        )
    if (out / PARTIAL / PARAMETERS).is_file():
        return False
    raise DataSetError(f"{out} is neither empty nor a synthetic data set; choose another folder")


def generate(
    parameters: Parameters, out: Path, progress: Progress, chunk_rows: int = CHUNK_ROWS
) -> None:
    """Write the data set; `progress` receives the number of transactions since its last call.

    `chunk_rows` limits the memory used and doesn't affect the files. If the run is interrupted,
    nothing unfinished remains.
    """
    parameters.check()
    partial = out / PARTIAL
    if not (out / PARAMETERS).exists():
        shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    (partial / PARAMETERS).write_text(parameters.as_json())
    try:
        _write_all(parameters, partial, progress, chunk_rows)
        publish(partial, out)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        with suppress(OSError):
            out.rmdir()
        raise


def publish(partial: Path, out: Path) -> None:
    """Rename the finished files into place, the marker last."""
    for path in sorted(partial.iterdir(), key=lambda path: path.name == PARAMETERS):
        target = out / path.name
        if target.is_dir():
            shutil.rmtree(target)
        path.replace(target)
    partial.rmdir()


def _write_all(parameters: Parameters, folder: Path, progress: Progress, chunk_rows: int) -> None:
    seed = parameters.seed
    tastes, harmony = make_tastes(seed), make_harmony(seed)
    catalogue = make_catalogue(seed, parameters.articles)
    customers = make_customers(seed, parameters.customers, tastes)
    write_table(catalogue.frame, folder / "articles.csv")
    write_table(customers.frame, folder / "customers.csv")
    (folder / "README.txt").write_text(readme(parameters))
    world = make_world(seed, catalogue, customers, tastes, harmony)
    _write_transactions(world, parameters, folder, progress, chunk_rows)


def _write_transactions(
    world: World, parameters: Parameters, folder: Path, progress: Progress, chunk_rows: int
) -> None:
    baskets = make_baskets(parameters.seed, world.customers, parameters.transactions)
    article_ids: list[str] = world.catalogue.frame["article_id"].tolist()
    encoder = TransactionEncoder(world.customers.ids, article_ids)
    with (folder / "transactions_train.csv").open("wb") as file:
        file.write(TRANSACTION_HEADER)
        for week in weekly_lines(world, baskets):
            for chunk in chunks(week, chunk_rows):
                file.write(encoder.encode(chunk))
                progress(len(chunk))


def draw_pictures(out: Path, draw_all: DrawAll, progress: Progress) -> int:
    """Draw the pictures of a finished set, all or none; returns how many were drawn."""
    partial = out / PARTIAL
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        count = draw_all(read_articles(out), partial, progress)
        publish(partial, out)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return count


def read_articles(out: Path) -> pd.DataFrame:
    """articles.csv of a finished set, every column as text."""
    return pd.read_csv(out / "articles.csv", dtype=str, keep_default_na=False)


def readme(parameters: Parameters) -> str:
    """The content of README.txt."""
    return f"""Synthetic data set in the format of the Kaggle competition
"H&M Personalized Fashion Recommendations". Everything in it is generated: no article, customer,
purchase, text or picture is real.

articles      {parameters.articles}
customers     {parameters.customers}
transactions  {parameters.transactions}
seed          {parameters.seed}

Made by: python manage.py generate_hm --articles {parameters.articles} \
--customers {parameters.customers} --transactions {parameters.transactions} \
--seed {parameters.seed} --out DIR

Customers' tastes and planted complements aren't told here. They follow from the seed, for measuring
methods, never for training them.
"""
