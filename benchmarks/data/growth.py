"""Does the ingest's time grow linearly? The same load at doubling sizes.

Synthetic data in H&M's format; articles and customers scale with the transactions.
"""

from collections.abc import Mapping
from pathlib import Path

from matplotlib import pyplot

from benchmarks import plots
from benchmarks.data.ingest import database, generated, ingest
from benchmarks.harness import Result, var_dir
from benchmarks.shop import FULL, scaled

SIZES = (1_000_000, 2_000_000, 4_000_000, 8_000_000, 16_000_000, FULL["transactions"])


def run(size: int | None) -> Result:
    """`size` is the largest number of transactions."""
    place = var_dir() / "ingest"
    largest = size or FULL["transactions"]
    sizes = [count for count in SIZES if count < largest] + [largest]
    seconds = {count: seconds_of(place, count) for count in sizes}
    plot(seconds)
    return Result(
        name="growth",
        sizes={"transactions": largest},
        figures={f"seconds_at_{count}": spent for count, spent in seconds.items()},
        ratios={
            "row_at_most_vs_at_least": seconds[largest] / largest / (seconds[sizes[0]] / sizes[0])
        },
    )


def seconds_of(place: Path, transactions: int) -> float:
    data = generated(place, scaled(transactions))
    with database(place) as environment:
        report, _, _ = ingest(data, environment)
    spent: dict[str, float] = report["seconds"]
    return sum(spent.values())


def plot(seconds: Mapping[int, float]) -> None:
    """The measured times, and a straight line from zero to the largest."""
    millions = [count / 1e6 for count in seconds]
    spent = list(seconds.values())
    figure, axis = pyplot.subplots(figsize=(6, 3.2), layout="constrained")
    axis.plot([0, millions[-1]], [0, spent[-1]], color="grey", linestyle=":", label="linear")
    axis.plot(millions, spent, marker="o", label="measured")
    axis.set(xlabel="million transactions", ylabel="seconds", title="ingest: time by size")
    axis.legend()
    plots.save(figure, "growth")
