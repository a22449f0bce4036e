"""A shop for benchmarks: generated data, ingested and trained once per size."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.harness import var_dir
from benchmarks.processes import manage
from demo import services
from recommendations.bundle.format import FORMAT

# Rows of H&M's files.
FULL: Final = {"articles": 105_542, "customers": 1_371_980, "transactions": 31_788_324}
SETTINGS: Final = {
    "HTTPS": "0",
    "LOG_LEVEL": "WARNING",
    # A request is little work: threads of the linear algebra library would only compete.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # A benchmark is a single client that exceeds any quota.
    "THROTTLE_EVENTS": "100000000/min",
    "THROTTLE_READS": "100000000/min",
    "THROTTLE_RECOMMENDATIONS": "100000000/min",
}


def scaled(transactions: int) -> dict[str, int]:
    """This many transactions; articles and customers in proportion."""
    share = transactions / FULL["transactions"]
    sizes = {name: max(500, round(count * share)) for name, count in FULL.items()}
    return sizes | {"transactions": transactions}


def with_full_catalogue(share: float) -> dict[str, int]:
    """A share of the whole catalogue and 200,000 customers, with as many lines each as in the
    original."""
    full = {"articles": FULL["articles"], "customers": 200_000, "transactions": 4_634_000}
    least = {"articles": 500, "customers": 1_000, "transactions": 20_000}
    return {name: max(least[name], round(count * share)) for name, count in full.items()}


@dataclass(frozen=True)
class Shop:
    """Row counts, the base folder, the folder of the H&M files."""

    sizes: dict[str, int]
    place: Path
    data: Path


@contextmanager
def shop(sizes: dict[str, int], *, trained: bool = True) -> Iterator[Shop]:
    """Services running, data of these sizes ingested, a model active, and Django set up.

    Results of an earlier run are reused.
    """
    place = var_dir() / "-".join(["shop", *map(str, sizes.values())])
    data = place / "data"
    with services.running(place) as environment:
        os.environ |= environment | SETTINGS | {"VAR_DIR": str(place)}
        prepare(place, data, sizes, trained=trained)
        import django

        django.setup()
        yield Shop(sizes, place, data)


def prepare(place: Path, data: Path, sizes: dict[str, int], *, trained: bool) -> None:
    """Each step leaves a marker, so that it runs once; training again when a new release of the
    bundle no longer reads the old model."""
    steps: list[tuple[str, Sequence[str]]] = [
        ("generated", generate(data, sizes)),
        ("migrated", ("migrate", "--verbosity", "0")),
        ("ingested", ("ingest_hm", "--data-dir", str(data))),
    ]
    steps += [(f"trained-{FORMAT}", ("train_recommendations",))] if trained else []
    for mark, arguments in steps:
        if mark == "migrated" or not (place / mark).exists():
            manage(*arguments)
            (place / mark).touch()


def generate(data: Path, sizes: dict[str, int]) -> tuple[str, ...]:
    """The command for files of these sizes."""
    rows = [part for name, count in sizes.items() for part in (f"--{name}", str(count))]
    return ("generate_hm", "--out", str(data), *rows, "--seed", "1")
