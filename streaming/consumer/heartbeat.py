"""What a worker writes beside the features: its status, and the merged trends for readers."""

import logging
import time
from typing import Final

import redis

from streaming import keys
from streaming.clock import now_ms
from streaming.connection import StoreUnavailable, available
from streaming.features.processor import Step, Tools
from streaming.features.store import top
from streaming.status import (
    SERIES_EVERY_S,
    SERIES_KEPT,
    SERIES_TTL_S,
    WorkerStatus,
    count_events,
    point,
    publish,
)

logger = logging.getLogger(__name__)

HEARTBEAT_S: Final = 1.0
TOP_S: Final = 0.4
# Readers' trends are made a few times more after the last change: another worker may have
# overwritten ours with what it had read before.
SETTLES_S: Final = 2.0


class Reports:
    def __init__(self, client: redis.Redis, tools: Tools) -> None:
        self.client, self.tools = client, tools
        self.heartbeat_at = self.top_at = self.settled_at = self.point_at = 0.0
        self.events = 0
        self.counted = tools.meter.events  # of which the day's count knows already

    def due(self, step: Step | None) -> bool:
        """Write what is due; True once a second, when the heartbeat was."""
        now = time.monotonic()
        try:
            self._refresh_top(now)
            if now - self.heartbeat_at < HEARTBEAT_S:
                return False
            self.heartbeat_at = now
            self._beat(step)
        except StoreUnavailable as error:
            logger.info("No report: %s", error)
        return True

    def _refresh_top(self, now: float) -> None:
        if self.events != self.tools.meter.events:
            self.settled_at = now + SETTLES_S
        if now - self.top_at < TOP_S or self.top_at > self.settled_at:
            return
        self.top_at, self.events = now, self.tools.meter.events
        top.refresh(self.client, self.tools.articles.index_groups, now_ms())

    def _beat(self, step: Step | None) -> None:
        meter = self.tools.meter
        status = meter.report(
            "" if step is None else step.topic_id, {} if step is None else step.fences
        )
        publish(self.client, status)
        if status.events > self.counted:
            count_events(self.client, status.events - self.counted)
            self.counted = status.events
        if time.monotonic() - self.point_at >= SERIES_EVERY_S:
            self.point_at = time.monotonic()
            self._note(status)

    def _note(self, status: WorkerStatus) -> None:
        """Add a point to the series, which stays bounded."""
        name = keys.series(status.worker)
        with available(), self.client.pipeline(transaction=False) as pipeline:
            pipeline.lpush(name, point(status))
            pipeline.ltrim(name, 0, SERIES_KEPT - 1)
            pipeline.expire(name, SERIES_TTL_S)
            pipeline.execute()
