"""Shared by all benchmarks: a result with machine and date, a table, a plot, what got worse."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import matplotlib
import psutil
from rich.console import Console
from rich.table import Table

matplotlib.use("svg")
from matplotlib import pyplot

RESULTS = Path(__file__).parent / "results"
# A ratio of one run that falls behind the recorded one by more than this share is a regression.
TOLERANCE = 0.10
# Every other ratio is better the higher it is.
LOWER_IS_BETTER = {
    "again_p99_vs_bare", "cluster_cpu_vs_local", "for_you_p99_vs_bare", "ingest_time_vs_copy",
    "local2_cpu_vs_local", "parquet_time_vs_copy", "p99_to_goal", "row_at_most_vs_at_least",
}  # fmt: skip


@cache
def var_dir() -> Path:
    """The folder of services and data, VAR_DIR or our own; set for the processes that we start.

    It stays the same when a shop sets VAR_DIR to a folder of its own.
    """
    default = Path(__file__).resolve().parent.parent / "var" / "bench"
    return Path(os.environ.setdefault("VAR_DIR", str(default))).resolve()


def machine() -> str:
    """Processor, cores and memory, without which absolute figures mean nothing."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if os.name == "posix" else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = models[0] if models else platform.processor()
    memory = psutil.virtual_memory().total / 2**30
    return f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}"


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def is_worse(name: str, before: float, now: float) -> bool:
    if name in LOWER_IS_BETTER:
        return now > before * (1 + TOLERANCE)
    return now < before * (1 - TOLERANCE)


@dataclass(frozen=True)
class Result:
    """The outcome of one benchmark, compared within the same run.

    `sizes` count the work (rows, events, clients), `figures` have their unit in the name, `ratios`
    divide ours by the reference's (or the reverse, as the name says).
    """

    name: str
    sizes: Mapping[str, int]
    figures: Mapping[str, float]
    ratios: Mapping[str, float]
    # Seconds per part of our run, for the plot of where the time goes.
    parts: Mapping[str, float] = field(default_factory=dict)
    machine: str = field(default_factory=machine)
    date: str = field(default_factory=today)

    def recorded(self) -> "Result | None":
        """The last saved result of this benchmark at the same size."""
        file = RESULTS / f"{self.name}.json"
        if not file.exists():
            return None
        last = Result(**json.loads(file.read_text()))
        return last if last.sizes == self.sizes else None

    def regressions(self, last: "Result") -> dict[str, tuple[float, float]]:
        """Ratios that got worse since `last` by more than TOLERANCE: name → before, now."""
        pairs = {name: (last.ratios.get(name, now), now) for name, now in self.ratios.items()}
        return {name: pair for name, pair in pairs.items() if is_worse(name, *pair)}

    def save(self) -> None:
        RESULTS.mkdir(exist_ok=True)
        text = json.dumps(asdict(self), indent=2)
        (RESULTS / f"{self.name}.json").write_text(text + "\n")
        if self.parts:
            self.plot(RESULTS / f"{self.name}.svg")

    def plot(self, file: Path) -> None:
        """One stacked bar: the parts in order, with their seconds."""
        figure, axis = pyplot.subplots(figsize=(9, 1.9), layout="constrained")
        left = 0.0
        for part, seconds in self.parts.items():
            axis.barh(0, seconds, left=left, label=f"{part} {seconds:.3g} s")
            left += seconds
        axis.set(yticks=[], xlabel="seconds", title=f"{self.name}: where the time goes")
        axis.legend(ncols=4, fontsize="small", loc="upper center", bbox_to_anchor=(0.5, -0.45))
        axis.spines[["top", "right", "left"]].set_visible(False)
        figure.savefig(file, metadata={"Date": None}, bbox_inches="tight")
        pyplot.close(figure)

    def show(self, console: Console) -> None:
        sizes = ", ".join(f"{count:,} {name}" for name, count in self.sizes.items())
        table = Table(title=f"{self.name}: {sizes}", caption=f"{self.machine}, {self.date}")
        table.add_column("measured")
        table.add_column("value", justify="right")
        for name, value in {**self.figures, **self.ratios}.items():
            table.add_row(name, f"{value:,.4g}")
        console.print(table)
        if last := self.recorded():
            for name, (before, now) in self.regressions(last).items():
                was = f"{before:,.4g} on {last.date}"
                console.print(f"[red]Worse:[/] {name} was {was}, is {now:,.4g}")
