"""Attribution inside a Celery worker: one that takes the queue `attribution` runs the consumer."""

import logging
import threading
from typing import Any, Final

from celery import Celery, bootsteps

QUEUE: Final = "attribution"

logger = logging.getLogger(__name__)


class Attribution(bootsteps.StartStopStep):
    """Starts the consumer's thread once the pool has forked, and waits for it at the end."""

    requires = ("celery.worker.components:Pool",)

    def include_if(self, worker: Any) -> bool:
        return QUEUE in worker.app.amqp.queues.consume_from

    def start(self, worker: Any) -> None:
        from recommendations.attribution.consumer import AttributionConsumer

        self.consumer = AttributionConsumer()
        self.thread = threading.Thread(target=self.consumer.run, name="attribution", daemon=True)
        self.thread.start()

    def stop(self, worker: Any) -> None:
        self.consumer.stopping.set()
        self.thread.join(30)

    def terminate(self, worker: Any) -> None:
        self.stop(worker)


def install(app: Celery) -> None:
    app.steps["worker"].add(Attribution)
