"""The stream inside a Celery worker: `celery -A storefront worker -Q stream` runs the consumer."""

import logging
import os
import threading
from typing import Any, Final

from celery import Celery, bootsteps
from celery.worker import state

QUEUE: Final = "stream"
EXIT_FAILED: Final = 70  # EX_SOFTWARE
# Every wait of the loop has a time-out of a few seconds. Twice in a row silent for this long: it
# hangs, and whoever supervises the worker starts it anew; the fences make that harmless.
STUCK_S: Final = 60.0
WATCH_EVERY_S: Final = 5.0

logger = logging.getLogger(__name__)


class Stream(bootsteps.StartStopStep):
    """Starts the consumer's thread once the pool has forked, and waits for it at the end."""

    requires = ("celery.worker.components:Pool",)

    def include_if(self, worker: Any) -> bool:
        return QUEUE in worker.app.amqp.queues.consume_from

    def start(self, worker: Any) -> None:
        from streaming.consumer.runtime import FeatureConsumer

        self.consumer = FeatureConsumer(worker.hostname)
        self.thread = threading.Thread(target=self._run, name="stream", daemon=True)
        self.thread.start()
        threading.Thread(target=self._watch, name="stream-watch", daemon=True).start()

    def stop(self, worker: Any) -> None:
        self.consumer.stopping.set()
        self.thread.join(30)

    def terminate(self, worker: Any) -> None:
        self.stop(worker)

    def _run(self) -> None:
        try:
            self.consumer.run()
        except Exception:
            logger.critical("The stream stops, and its worker with it.", exc_info=True)
            state.should_stop = EXIT_FAILED  # type: ignore[assignment]

    def _watch(self) -> None:
        stuck = 0
        while not self.consumer.stopping.wait(WATCH_EVERY_S) and self.thread.is_alive():
            stuck = stuck + 1 if self.consumer.idle_s() > STUCK_S else 0
            if stuck > 1:
                logger.critical("The stream is stuck; its worker ends.")
                os._exit(EXIT_FAILED)


def install(app: Celery) -> None:
    app.steps["worker"].add(Stream)
