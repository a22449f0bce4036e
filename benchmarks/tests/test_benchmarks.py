"""What benchmarks share: the comparison with the last result, and an end without leftovers."""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import harness, plots
from benchmarks.__main__ import MODULES
from benchmarks.compare import Comparison, spreads
from benchmarks.harness import Result
from benchmarks.processes import manage
from demo.tests.demos import PROJECT, a_folder, belonging, environment

PATIENCE_S = 300.0


def result(**ratios: float) -> Result:
    return Result("growth", {"transactions": 1_000}, {}, ratios)


@pytest.fixture(autouse=True)
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "before", "now", "worse"),
    [
        ("stream_vs_pipeline", 3.0, 2.6, True),
        ("stream_vs_pipeline", 3.0, 2.8, False),
        ("stream_vs_pipeline", 3.0, 9.0, False),
        ("ingest_time_vs_copy", 2.0, 2.3, True),
        ("ingest_time_vs_copy", 2.0, 1.5, False),
    ],
)
def test_a_ratio_that_got_worse_by_a_tenth_is_told(
    name: str, before: float, now: float, worse: bool
) -> None:
    result(**{name: before}).save()
    console = Console(record=True, width=120)
    result(**{name: now}).show(console)
    assert ("Worse:" in console.export_text()) is worse


def test_another_size_is_not_compared() -> None:
    result(stream_vs_pipeline=3.0).save()
    smaller = Result("growth", {"transactions": 10}, {}, {"stream_vs_pipeline": 1.0})
    assert smaller.recorded() is None


def cells(table: str, name: str) -> list[str]:
    (row,) = [line for line in table.splitlines() if f" {name} " in line]
    return [cell.strip() for cell in row.strip("│ ").split("│")][1:]


def test_two_commits_are_compared_by_the_spread_of_their_runs(results: Path) -> None:
    before = spreads([{"events_per_s": 3.0}, {"events_per_s": 1.0}, {"events_per_s": 2.0}])
    now = spreads([{"events_per_s": 8.0, "new_figure": 1.0}])
    comparison = Comparison("growth", None, 3, "old", "new", before, now)
    comparison.save()
    console = Console(record=True, width=120)
    comparison.show(console)
    text = console.export_text()
    assert cells(text, "events_per_s") == ["2 (1 – 3)", "8 (8 – 8)", "4"]
    assert cells(text, "new_figure") == ["–", "1 (1 – 1)", "–"]
    saved = json.loads((results / "compared" / "growth.json").read_text())
    assert saved["before"] == {"events_per_s": {"least": 1.0, "median": 2.0, "most": 3.0}}


@pytest.mark.parametrize("name", MODULES)
def test_each_name_is_a_benchmark(name: str) -> None:
    assert callable(importlib.import_module(f"benchmarks.{MODULES[name]}").run)


def test_times_are_plotted_beside_the_results(results: Path) -> None:
    plots.boxes("pages", {"home": [1.0, 2.0, 9.0]}, {"goal": 5}, whiskers=5)
    assert (results / "pages.svg").stat().st_size > 0


def test_a_command_that_fails_ends_the_benchmark() -> None:
    with pytest.raises(SystemExit, match=r"manage.py no_such_command failed with 1"):
        manage("no_such_command")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_benchmark_stops_its_services(number: signal.Signals) -> None:
    with a_folder() as var:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks", "stream", "--size", "2000"],
            cwd=PROJECT,
            env=environment(var),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + PATIENCE_S
        while len(belonging(var)) < 3 or not (var / "services.env").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        os.killpg(process.pid, number)
        assert process.wait(PATIENCE_S) != 0
        assert not belonging(var)
