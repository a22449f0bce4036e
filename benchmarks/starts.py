"""`make demo ONCE=1` again and again from an empty folder: how often it fails, how long it takes.

    python -m benchmarks.starts [--runs 20] [--busy 0] [--warm] [--scale small]

`--busy N` keeps N loops running beside it, `--warm` keeps the state from one start to the next.
What a start that fails has said is kept beside the results. Not one of `make bench`: it has no
reference to be measured against, and takes hours on a busy machine.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.harness import RESULTS, machine

SERVICES = ("DATABASE_URL", "REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS", "SECRET_KEY")


@dataclass(frozen=True)
class Start:
    """One start: its exit code, seconds, and the load average at its end."""

    code: int
    seconds: float
    load: float
    said: str


def start(var: Path, scale: str) -> Start:
    environment = {k: v for k, v in os.environ.items() if k not in SERVICES}
    command = [sys.executable, "manage.py", "demo", "--once", f"--scale={scale}"]
    begun = time.monotonic()
    done = subprocess.run(
        command,
        env=environment | {"VAR_DIR": str(var), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - begun
    return Start(done.returncode, seconds, os.getloadavg()[0], done.stdout)


def spin() -> None:
    while True:
        pass


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """This many processes in busy loops."""
    spinning = [multiprocessing.Process(target=spin, daemon=True) for _ in range(loops)]
    for process in spinning:
        process.start()
    try:
        yield
    finally:
        for process in spinning:
            process.terminate()


def starts(runs: int, scale: str, *, warm: bool) -> Iterator[Start]:
    """State of a failed start is left in place, for its logs."""
    folder = Path(tempfile.mkdtemp(prefix="starts-"))
    folder.chmod(0o755)
    for number in range(runs):
        var = folder / ("warm" if warm else str(number))
        one = start(var, scale)
        yield one
        if not warm and one.code == 0:
            shutil.rmtree(var)
    if not any(folder.iterdir()):
        folder.rmdir()


def figures(done: Sequence[Start]) -> dict[str, float]:
    times = [one.seconds for one in done]
    return {
        "starts": len(done),
        "failures": sum(one.code != 0 for one in done),
        "p50_s": round(statistics.median(times), 1),
        "max_s": round(max(times), 1),
        "load_p50": round(statistics.median(one.load for one in done), 1),
        "load_max": round(max(one.load for one in done), 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.starts", description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--busy", type=int, default=0, help="number of busy loops to run beside it")
    parser.add_argument("--warm", action="store_true", help="keep the state between starts")
    parser.add_argument("--scale", default="small")
    asked = parser.parse_args()
    done: list[Start] = []
    with busy(asked.busy):
        for one in starts(asked.runs, asked.scale, warm=asked.warm):
            done.append(one)
            note(asked, done)
    return 1 if any(one.code for one in done) else 0


def note(asked: argparse.Namespace, done: Sequence[Start]) -> None:
    """Report progress and save the figures after each start: a long run may be interrupted."""
    last = done[-1]
    print(f"{len(done):3} exit {last.code}, {last.seconds:.0f} s, load {last.load:.1f}", flush=True)
    name = "starts" + ("-warm" if asked.warm else "") + (f"-busy{asked.busy}" if asked.busy else "")
    RESULTS.mkdir(exist_ok=True)
    if last.code:
        (RESULTS / f"{name}-{len(done)}.log").write_text(last.said)
    report = {
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
        "sizes": {"runs": len(done), "busy_loops": asked.busy},
        "scale": asked.scale,
        "figures": figures(done),
        "starts": [{k: v for k, v in asdict(one).items() if k != "said"} for one in done],
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
