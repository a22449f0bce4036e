"""What a worker says of itself, each second."""

import logging
import time
from typing import Final

from streaming import keys
from streaming.connection import StoreUnavailable, connect, translate_errors
from streaming.consumer.assignment import Assignment
from streaming.consumer.worker_metrics import WorkerMetrics
from streaming.status import (
    SERIES_EVERY_S,
    SERIES_LENGTH,
    SERIES_TTL_S,
    STOPPED,
    STOPPED_TTL_S,
    WorkerStatus,
    count_events,
    point,
    publish,
)

logger = logging.getLogger(__name__)

HEARTBEAT_S: Final = 1.0
TIMEOUT_S: Final = 1.0


class Heartbeat:
    """With Redis down nothing is said, and the work goes on."""

    def __init__(self, metrics: WorkerMetrics) -> None:
        self.metrics = metrics
        self.beat_at = self.point_at = 0.0
        self.counted = 0  # of the events, those that the day's count has already

    def due(self, assignment: Assignment) -> bool:
        """Write what is due; True once a second, when it was."""
        if time.monotonic() - self.beat_at < HEARTBEAT_S:
            return False
        self.beat(assignment)
        return True

    def beat(self, assignment: Assignment) -> None:
        self.beat_at = time.monotonic()
        try:
            self._beat(self.metrics.report(assignment))
        except StoreUnavailable as error:
            logger.info("Could not write the heartbeat: %s", error)

    def stopped(self, reason: str, assignment: Assignment) -> None:
        """The last word of a worker that ends: it stays until the worker runs again."""
        self.metrics.state, self.metrics.reason = STOPPED, reason
        status = self.metrics.report(assignment)
        try:
            publish(connect(TIMEOUT_S), status, STOPPED_TTL_S)
        except StoreUnavailable as error:
            logger.warning("Could not record that the worker stopped: %s", error)

    def _beat(self, status: WorkerStatus) -> None:
        self.redis = getattr(self, "redis", None) or connect(TIMEOUT_S)
        publish(self.redis, status)
        if status.processor != "features":
            return
        if status.events > self.counted:
            count_events(self.redis, status.events - self.counted)
            self.counted = status.events
        if time.monotonic() - self.point_at >= SERIES_EVERY_S:
            self.point_at = time.monotonic()
            self._note(status)

    def _note(self, status: WorkerStatus) -> None:
        """Add a point to the series, which stays bounded."""
        name = keys.series(status.worker)
        with translate_errors(), self.redis.pipeline(transaction=False) as pipeline:
            pipeline.lpush(name, point(status))
            pipeline.ltrim(name, 0, SERIES_LENGTH - 1)
            pipeline.expire(name, SERIES_TTL_S)
            pipeline.execute()
