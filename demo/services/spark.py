"""A standalone Spark cluster on loopback: a master and workers, each a process of its own."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from demo.services import ports
from demo.services.process import ServiceError

START_S: Final = 120.0
MASTER: Final = "org.apache.spark.deploy.master.Master"
WORKER: Final = "org.apache.spark.deploy.worker.Worker"


@dataclass(frozen=True)
class Cluster:
    """`url` is the master's; each worker leads a process group with its executors."""

    url: str
    workers: list[subprocess.Popen[bytes]]

    def kill_worker(self) -> None:
        """SIGKILL to the first worker and its executors."""
        os.killpg(self.workers[0].pid, signal.SIGKILL)
        self.workers[0].wait()


@contextmanager
def cluster(
    folder: Path, workers: int = 2, memory: str = "1g", cores: int = 1
) -> Iterator[Cluster]:
    """A cluster that ends with the block; its logs are in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    port = ports.choose()
    url = f"spark://{ports.HOST}:{port}"
    running = [_start(folder, "master", [MASTER, "--port", str(port)])]
    try:
        _wait_for(folder / "master.log", r"New state: ALIVE", 1)
        own = ["--cores", str(cores), "--memory", memory, "--work-dir", str(folder / "work"), url]
        running += [_start(folder, f"worker-{n}", [WORKER, *own]) for n in range(workers)]
        _wait_for(folder / "master.log", "Registering worker", workers)
        yield Cluster(url, running[1:])
    finally:
        for process in reversed(running):
            _stop(process)


def _start(folder: Path, name: str, arguments: list[str]) -> subprocess.Popen[bytes]:
    found = find_spec("pyspark")
    if found is None or not found.submodule_search_locations:
        raise ServiceError("pyspark isn't installed (pip install -r requirements-spark.txt)")
    home = Path(found.submodule_search_locations[0])
    main, *others = arguments
    command = [str(home / "bin" / "spark-class"), main, "--host", ports.HOST, "--webui-port", "0"]
    more = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": ports.HOST, "SPARK_DAEMON_MEMORY": "256m"}
    # Its port would be a fixed one.
    more["SPARK_DAEMON_JAVA_OPTS"] = "-Dspark.master.rest.enabled=false"
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [*command, *others],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | more,
            start_new_session=True,
        )


def _wait_for(log: Path, line: str, times: int) -> None:
    give_up = time.monotonic() + START_S
    while len(re.findall(line, log.read_text())) < times:
        if time.monotonic() > give_up:
            raise ServiceError(f"the Spark cluster doesn't start, see {log}")
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Its executors too."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
    except ProcessLookupError:
        process.wait()
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
