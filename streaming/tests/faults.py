"""What may go wrong while the stream runs, done on purpose, at moments left to chance."""

import random
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from streaming.tests.progress import Features, done, features, finish
from streaming.tests.servers import Valkey, Worker, eventually

# Longer than a worker may be silent before the group gives its partitions away (6 s), and longer
# than its own watchdog bears (60 s).
FROZEN_S: Final = 8.0
LONG_FROZEN_S: Final = 61.0


@dataclass
class Stage:
    """A Redis and workers of their own over a topic that is filled already."""

    folder: Path
    events: int
    dice: random.Random
    break_broker: Callable[[], None] | None = None
    workers: list[Worker] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.stack = ExitStack()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.valkey = self.stack.enter_context(Valkey(self.folder))
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.process.send_signal(signal.SIGCONT)
                worker.kill()
        self.stack.close()

    def add_worker(self) -> Worker:
        worker = Worker(self.folder / f"worker{len(self.workers)}.log", self.valkey.url)
        self.workers.append(worker)
        worker.start()
        return worker

    def reach(self, share: float) -> None:
        wanted = share * self.events
        eventually(lambda: done(self.valkey.client) >= wanted, f"{wanted:.0f} events", 600)

    def end(self) -> Features:
        finish(self.valkey.client, self.events)
        return features(self.valkey.client)


def kill_worker(stage: Stage) -> None:
    stage.workers[0].kill()
    stage.workers[0].start()


def terminate_worker(stage: Stage) -> None:
    # One that is still starting has no handler yet, and just ends.
    assert stage.workers[0].stop() in (0, -signal.SIGTERM)
    stage.workers[0].start()


def kill_redis(stage: Stage) -> None:
    stage.valkey.kill()
    time.sleep(stage.dice.random())
    stage.valkey.start()


def wipe_redis(stage: Stage) -> None:
    stage.valkey.client.flushall()


def freeze_worker(stage: Stage, seconds: float = FROZEN_S) -> None:
    """As if cut off from the network: the group gives its partitions to another worker."""
    if len(stage.workers) < 2:
        stage.add_worker()
    process = stage.workers[0].process
    process.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    process.send_signal(signal.SIGCONT)


def rebalance(stage: Stage) -> None:
    """A worker joins, or the one that joined last leaves."""
    joined = [worker for worker in stage.workers[1:] if worker.process.poll() is None]
    if joined:
        assert joined[-1].stop() in (0, -signal.SIGTERM)
    else:
        stage.add_worker()


def kill_broker(stage: Stage) -> None:
    assert stage.break_broker is not None
    stage.break_broker()


FAULTS: Final[dict[str, Callable[[Stage], None]]] = {
    "kill -9 of the worker": kill_worker,
    "SIGTERM to the worker": terminate_worker,
    "kill -9 of Redis, restarted": kill_redis,
    "Redis wiped": wipe_redis,
    "worker frozen for 8 s (SIGSTOP)": freeze_worker,
    "workers join and leave": rebalance,
}
BROKER: Final = "kill -9 of the broker, restarted"
ONE_BROKER: Final = "kill -9 of one of three brokers, restarted"
LONG_FROZEN: Final = "worker frozen for 61 s (SIGSTOP)"


def freeze_for_a_minute(stage: Stage) -> None:
    """A zombie: it comes back when everybody has given it up, and finds its partitions taken."""
    freeze_worker(stage, LONG_FROZEN_S)
    if stage.workers[0].process.poll() is not None:  # its watchdog has ended it
        stage.workers[0].start()


def run(stage: Stage, fault: Callable[[Stage], None], times: int) -> Features:
    """Let the fault happen so often while the topic is worked through; what came of it.

    The moments lie between 5 % and 90 % of the way; a wiped Redis starts anew each time.
    """
    stage.add_worker()
    shares = sorted(stage.dice.uniform(0.05, 0.9) for _ in range(times))
    for share in shares:
        stage.reach(share if fault is not wipe_redis else share / 2)
        fault(stage)
    return stage.end()
