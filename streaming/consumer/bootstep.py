"""The consumer inside a Celery worker: a worker that takes a processor's queue runs its
consumer."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from celery import Celery, bootsteps
from celery.worker import state

from streaming.consumer.watchdog import EXIT_FAILED

logger = logging.getLogger(__name__)

STOPS_WITHIN_S = 30.0


class ConsumerStep(bootsteps.StartStopStep):
    """Starts the consumer's thread once the pool has forked, and waits for it at the end."""

    requires = ("celery.worker.components:Pool",)
    queue: str
    processor: Callable[[], Any]  # imports what needs Django only when it is called

    def include_if(self, worker: Any) -> bool:
        return self.queue in worker.app.amqp.queues.consume_from

    def start(self, worker: Any) -> None:
        from streaming.consumer.runtime import ConsumerRuntime

        self.runtime = ConsumerRuntime(type(self).processor(), worker.hostname)
        self.thread = threading.Thread(target=self._run, name=self.queue, daemon=True)
        self.thread.start()
        threading.Thread(
            target=self.runtime.watchdog.watch,
            args=(self.queue, self.thread.is_alive),
            name=f"{self.queue}-watchdog",
            daemon=True,
        ).start()

    def stop(self, worker: object) -> None:
        self.runtime.stopping.set()
        self.thread.join(STOPS_WITHIN_S)

    def terminate(self, worker: object) -> None:
        self.stop(worker)

    def _run(self) -> None:
        try:
            self.runtime.run()
        except Exception:
            logger.critical("Consumer %s failed; stopping its worker.", self.queue, exc_info=True)
            state.should_stop = EXIT_FAILED  # type: ignore[assignment]


def install(app: Celery, queue: str, processor: Callable[[], object]) -> None:
    """Workers of `app` that take `queue` run the processor that `processor` makes."""
    attributes = {"queue": queue, "processor": staticmethod(processor), "name": f"consumer {queue}"}
    app.steps["worker"].add(type(f"ConsumerStep_{queue}", (ConsumerStep,), attributes))
