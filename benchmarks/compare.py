"""`python -m benchmarks.compare OTHER NAME [--size N] [--runs 3]`: two checkouts in turns.

OTHER is a checkout of another commit with its own virtual environment in .venv. Each run starts
with the other one, so that a machine that slows down or speeds up meets both alike. The outcome,
minimum, median and maximum of each figure and ratio, is printed and saved in
benchmarks/results/compared/NAME.json.
"""

import argparse
import json
import os
import statistics
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from rich.console import Console
from rich.table import Table

from benchmarks import harness
from benchmarks.__main__ import MODULES

HERE: Final = Path(__file__).resolve().parent.parent

Measured: TypeAlias = Mapping[str, float]


@dataclass(frozen=True)
class Spread:
    """Minimum, median and maximum of the runs of one checkout."""

    least: float
    median: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        ordered = sorted(values)
        return cls(ordered[0], statistics.median(ordered), ordered[-1])

    def __str__(self) -> str:
        return f"{self.median:,.4g} ({self.least:,.4g} – {self.most:,.4g})"


@dataclass(frozen=True)
class Comparison:
    """Figures and ratios of both checkouts."""

    name: str
    size: int | None
    runs: int
    before_commit: str
    now_commit: str
    before: Mapping[str, Spread]
    now: Mapping[str, Spread]
    machine: str = field(default_factory=harness.machine)
    date: str = field(default_factory=harness.today)

    def save(self) -> None:
        folder = harness.RESULTS / "compared"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name}.json").write_text(json.dumps(asdict(self), indent=2) + "\n")

    def show(self, console: Console) -> None:
        table = Table(title=f"{self.name}, {self.runs} runs in turns", caption=self.machine)
        table.add_column("measured")
        for column in (self.before_commit, self.now_commit, "now : before"):
            table.add_column(column, justify="right")
        for name in self.now:
            table.add_row(name, *self.row(name))
        console.print(table)

    def row(self, name: str) -> tuple[str, str, str]:
        """Before, now and their quotient, where both commits measure it."""
        before, now = self.before.get(name), self.now[name]
        times = f"{now.median / before.median:.3g}" if before and before.median else "–"
        return str(before or "–"), str(now), times


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("other", type=Path, help="checkout of another commit, with a .venv")
    parser.add_argument("name", choices=MODULES, help="benchmark to run in both")
    parser.add_argument("--size", type=int, help="scale the work down or up")
    parser.add_argument("--runs", type=int, default=3, help="turns of each (default: 3)")
    arguments = parser.parse_args()
    comparison = compare(arguments.other.resolve(), arguments.name, arguments.size, arguments.runs)
    comparison.save()
    comparison.show(Console())


def compare(other: Path, name: str, size: int | None, runs: int) -> Comparison:
    turns = [(measure(other, name, size), measure(HERE, name, size)) for _ in range(runs)]
    before, now = (spreads([turn[side] for turn in turns]) for side in (0, 1))
    return Comparison(name, size, runs, commit(other), commit(HERE), before, now)


def spreads(turns: Sequence[Measured]) -> dict[str, Spread]:
    return {name: Spread.of(turn[name] for turn in turns) for name in turns[0]}


def measure(checkout: Path, name: str, size: int | None) -> Measured:
    """One run of the benchmark in the checkout, with data and services in its own var/."""
    more = [] if size is None else ["--size", str(size)]
    var = checkout / "var" / "bench"
    try:
        run(checkout, var, "-m", "benchmarks", name, *more)
    finally:
        stop_services(checkout, var)
    result = json.loads((checkout / "benchmarks" / "results" / f"{name}.json").read_text())
    return {**result["figures"], **result["ratios"]}


def run(checkout: Path, var: Path, *arguments: str) -> None:
    command = [str(checkout / ".venv" / "bin" / "python"), *arguments]
    subprocess.run(command, cwd=checkout, env=os.environ | {"VAR_DIR": str(var)}, check=True)


def stop_services(checkout: Path, var: Path) -> None:
    """An older commit leaves its services running, which the other's turn would pay for."""
    for started in var.rglob("services.env"):
        run(checkout, started.parent, "manage.py", "services", "down")


def commit(checkout: Path) -> str:
    arguments = ["git", "-C", str(checkout), "rev-parse", "--short", "HEAD"]
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
