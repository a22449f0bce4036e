"""The processes that benchmarks start: management commands, web servers, Celery workers."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import psutil

from demo.run.processes import answers

# A machine with other work takes its time.
START_S: Final = 400


def manage(*arguments: str, environment: Mapping[str, str] | None = None) -> None:
    """Run a management command; SystemExit if it fails."""
    timed(*arguments, environment=environment)


def timed(*arguments: str, environment: Mapping[str, str] | None = None) -> tuple[float, int]:
    """As `manage`: its seconds, and the peak memory (MB) of it and its children."""
    begin, most = time.monotonic(), 0
    command = [sys.executable, "manage.py", *arguments]
    process = subprocess.Popen(command, env={**os.environ, **(environment or {})})
    while process.poll() is None:
        most = max(most, resident(process.pid))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"manage.py {arguments[0]} failed with {process.returncode}")
    return time.monotonic() - begin, most >> 20


def resident(pid: int) -> int:
    """Resident memory of a process and its children, in bytes."""
    try:
        root = psutil.Process(pid)
        return sum(one.memory_info().rss for one in [root, *root.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], stdout: int | None = None
) -> Iterator[None]:
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=stdout)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def celery(queue: str, *options: str, name: str = "bench") -> Iterator[None]:
    """A separate Celery worker on the benchmark's database, Redis and broker."""
    from django.conf import settings

    from streaming.tests.servers import database_url

    worker = ["-m", "celery", "-A", "storefront", "worker", "-Q", queue, "-n", f"{name}@localhost"]
    quiet = ["--pool=solo", "--without-gossip", "--without-mingle", "--loglevel=ERROR"]
    environment = {
        "DATABASE_URL": database_url(),
        "KAFKA_TOPIC": settings.KAFKA_TOPIC,
        "KAFKA_BOOTSTRAP_SERVERS": settings.KAFKA_BOOTSTRAP_SERVERS,
    }
    command = [sys.executable, *worker, *options, *quiet]
    with running(command, environment, stdout=subprocess.DEVNULL):
        yield


@contextmanager
def web_server(application: str, port: int, workers: int = 2, **environment: str) -> Iterator[None]:
    """The web server as in production, with this many processes, once it responds."""
    call = f"serve({application!r}, '127.0.0.1', {port}, workers={workers})"
    command = [sys.executable, "-c", f"from web.server import serve; {call}"]
    with running(command, environment):
        wait_for_answer(port)
        yield


def wait_for_answer(port: int) -> None:
    """Wait for a response, even a 404: the processes bind before they can serve."""
    deadline = time.monotonic() + START_S
    while not answers(port):
        if time.monotonic() > deadline:
            raise SystemExit(f"nothing answers on port {port}")
        time.sleep(0.2)


def until_steady(rate: Callable[[], float]) -> None:
    """Repeat a load until its rate no longer rises by a twentieth: every process is ready then."""
    before = 0.0
    while (now := rate()) > 1.05 * before:
        before = now
