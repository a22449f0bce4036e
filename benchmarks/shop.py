"""A shop for benchmarks: generated data, ingested and trained once per size."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.ingest import manage, resident
from demo import services

READY: Final = "ready"
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


def with_full_catalogue(share: float = 1.0) -> dict[str, int]:
    """The whole catalogue and 200,000 customers with as many lines each as in the original."""
    full = {"articles": 105_542, "customers": 200_000, "transactions": 4_634_000}
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
    bench = Path(os.environ.get("VAR_DIR", "var")).resolve() / "bench"
    place = bench / "-".join(["shop", *map(str, sizes.values())])
    data = place / "data"
    with services.running(place) as environment:
        os.environ |= environment | SETTINGS | {"VAR_DIR": str(place)}
        prepare(place, data, sizes, trained=trained)
        import django

        django.setup()
        yield Shop(sizes, place, data)


def prepare(place: Path, data: Path, sizes: dict[str, int], *, trained: bool) -> None:
    """Each step leaves a marker, so that it runs once."""
    rows = [part for name, count in sizes.items() for part in (f"--{name}", str(count))]
    steps: list[tuple[str, Sequence[str]]] = [
        ("generated", ("generate_hm", "--out", str(data), *rows, "--seed", "1")),
        ("migrated", ("migrate", "--verbosity", "0")),
        ("ingested", ("ingest_hm", "--data-dir", str(data))),
    ]
    steps += [("trained", ("train_recommendations",))] if trained else []
    for mark, arguments in steps:
        if mark == "migrated" or not (place / mark).exists():
            manage(*arguments)
            (place / mark).touch()


@contextmanager
def web_server(application: str, port: int, workers: int = 2, **environment: str) -> Iterator[None]:
    """The web server as in production, with this many processes, once it responds."""
    call = f"serve({application!r}, '127.0.0.1', {port}, workers={workers})"
    command = [sys.executable, "-c", f"from web.server import serve; {call}"]
    process = subprocess.Popen(command, env=os.environ | environment)
    try:
        wait_for_answer(port)
        yield
    finally:
        process.terminate()
        process.wait()


def wait_for_answer(port: int) -> None:
    """Wait for a response, even a 404: the processes bind before they can serve."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
        except OSError:
            time.sleep(0.2)
        else:
            return
        finally:
            connection.close()
    raise SystemExit(f"nothing answers on port {port}")


def timed(*arguments: str) -> tuple[float, int]:
    """Run a command: its seconds, and the peak memory (MB) of it and its children."""
    begin, most = time.monotonic(), 0
    process = subprocess.Popen([sys.executable, "manage.py", *arguments], env=os.environ)
    while process.poll() is None:
        most = max(most, resident(process.pid))
        time.sleep(0.1)
    if process.returncode:
        raise SystemExit(f"manage.py {arguments[0]} failed with {process.returncode}")
    return time.monotonic() - begin, most >> 20
