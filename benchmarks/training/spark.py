"""The same training by the local engine, by Spark in one process, and on a cluster of two workers.

Synthetic data; the sales are read from the lake. Bundles must be equal: whole numbers exactly,
sums to rounding, lists but for ties.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import psutil
from matplotlib import pyplot

from benchmarks import plots
from benchmarks.harness import Result
from benchmarks.processes import manage
from benchmarks.shop import scaled, shop
from demo.services.spark import cluster
from web.arrays import Array

SIZE: Final = 2_000_000
# Shares of the sales, for the plot of growth: of the older ones.
SHARES: Final = (0.25, 1.0)
WORKER_MEMORY: Final = "2g"
PARTS: Final = {
    "seconds": "seconds",
    "cpu_s": "seconds of a core",
    "driver_mb": "MB of the driver",
    "workers_mb": "MB of the workers",
}
CONF: Final = ("--conf", "spark.executor.memory=1500m")


@dataclass(frozen=True)
class Run:
    """`driver_mb` is the peak of the command, its JVM included; `workers_mb` of all executors.

    `cpu_s` of all of them tells the work apart from what else the machine does.
    """

    sales: int
    seconds: float
    cpu_s: float
    driver_mb: int
    workers_mb: int
    arrays: Mapping[str, Array]


def run(size: int | None) -> Result:
    """`size` is the number of transactions."""
    transactions = size or SIZE
    runs = trainings(transactions)
    figures: dict[str, float] = {}
    for count, engines in runs.items():
        for name, own in engines.items():
            for part in PARTS:
                figures[f"{name}_{part}_at_{count}"] = getattr(own, part)
    last = runs[max(runs)]
    local = last["local"]
    compared = {name: own for name, own in last.items() if name != "local"}
    plot(runs)
    return Result(
        "spark",
        {"transactions": transactions},
        figures
        | {f"{name}_equal_share": equal(local.arrays, of.arrays) for name, of in compared.items()},
        {f"{name}_cpu_vs_local": own.cpu_s / local.cpu_s for name, own in compared.items()},
    )


def trainings(transactions: int) -> dict[int, dict[str, Run]]:
    """By the number of sales: the history up to a day, and all of it."""
    found: dict[int, dict[str, Run]] = {}
    with shop(scaled(transactions), trained=False) as stage:
        manage("export_history")
        with cluster(stage.place / "spark", 2, WORKER_MEMORY) as own:
            engines = {
                "local": (),
                "local2": ("--engine", "spark", "--master", "local[2]"),
                "cluster": ("--engine", "spark", "--master", own.url, *CONF),
            }
            for day in days():
                runs = {name: reported(name, day, how) for name, how in engines.items()}
                found[runs["local"].sales] = runs
    return found


def reported(name: str, day: date, how: Sequence[str]) -> Run:
    """A run, printed at once: a later failure would lose it."""
    own = trained(f"--as-of={day}", *how)
    figures = ", ".join(f"{getattr(own, part):,.0f} {unit}" for part, unit in PARTS.items())
    print(f"{name}, {own.sales:,} sales: {figures}", flush=True)
    return own


def days() -> list[date]:
    """By when each of the shares was sold."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_disc(%s) WITHIN GROUP (ORDER BY t_dat) FROM catalog_transaction",
            [list(SHARES)],
        )
        found: list[date] = cursor.fetchone()[0]
    return found


def trained(*arguments: str) -> Run:
    from django.db import connections

    from recommendations.bundle.reader import open_bundle
    from recommendations.models import ModelVersion

    begin, driver, workers = time.monotonic(), 0, 0
    cpu: dict[int, float] = {}
    command = [sys.executable, "manage.py", "train_recommendations", *arguments]
    process = subprocess.Popen(command, env=os.environ)
    while process.poll() is None:
        own, others = resident(process.pid, cpu)
        driver, workers = max(driver, own), max(workers, others)
        time.sleep(0.5)
    if process.returncode:
        raise SystemExit(f"training failed: {arguments}")
    seconds = time.monotonic() - begin
    bundle = open_bundle(ModelVersion.objects.active().get().folder)
    connections.close_all()
    sales = int(bundle.manifest.counts["sales"])
    return Run(sales, seconds, sum(cpu.values()), driver >> 20, workers >> 20, bundle.arrays)


def resident(pid: int, cpu: dict[int, float]) -> tuple[int, int]:
    """Bytes of the driver (Python and JVM), and of Spark's executors and Python workers; notes the
    seconds that each has worked."""
    driver = executors = 0
    for process in psutil.process_iter(["pid", "ppid", "cmdline", "memory_info", "cpu_times"]):
        line = " ".join(process.info["cmdline"] or ())
        memory = process.info["memory_info"].rss if process.info["memory_info"] else 0
        if process.info["pid"] == pid or (process.info["ppid"] == pid and "SparkSubmit" in line):
            driver += memory
        elif "pyspark.daemon" in line or "CoarseGrainedExecutorBackend" in line:
            executors += memory
        else:
            continue
        cpu[process.info["pid"]] = sum(process.info["cpu_times"][:2])
    return driver, executors


def equal(left: Mapping[str, Array], right: Mapping[str, Array]) -> float:
    """The share of all numbers that are equal, to rounding."""
    same = total = 0
    for name, array in left.items():
        total += array.size
        if array.shape == right[name].shape:
            same += int(np.isclose(array, right[name], rtol=1e-5, atol=1e-6, equal_nan=True).sum())
    return same / total


def plot(runs: Mapping[int, Mapping[str, Run]]) -> None:
    labels = {"local": "local engine", "local2": "Spark local[2]", "cluster": "Spark, two workers"}
    figure, axes = pyplot.subplots(1, 4, figsize=(12, 3.2), layout="constrained")
    millions = [count / 1e6 for count in runs]
    for name, label in labels.items():
        own = [engines[name] for engines in runs.values()]
        for axis, part in zip(axes, PARTS, strict=True):
            axis.plot(millions, [getattr(one, part) for one in own], marker="o", label=label)
    for axis, title in zip(axes, PARTS.values(), strict=True):
        axis.set(xlabel="million sales", ylim=(0, None), xlim=(0, None), title=title)
    axes[0].legend(fontsize="small")
    plots.save(figure, "spark")
