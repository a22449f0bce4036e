"""Heartbeats of the Celery workers, and the last run of each of their tasks.

Stored in Redis. A worker beats every two seconds; a task reports its end (task_signals).
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from celery.schedules import crontab
from celery.signals import heartbeat_sent
from django.conf import settings

from streaming.clock import wall_ms
from streaming.connection import StoreUnavailable, client, execute, translate_errors
from web.json_types import Json

logger = logging.getLogger(__name__)

WORKERS: Final = "celery-beats:workers"
TASKS: Final = "celery-beats:tasks"
ALIVE_S: Final = 15.0
RETENTION_MS: Final = 86_400_000
RETENTION_S: Final = 90 * 86_400


class Run(msgspec.Struct, array_like=True, frozen=True):
    """The last run of a task."""

    at_ms: int
    seconds: float
    state: str

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)

    @property
    def failed(self) -> bool:
        return self.state == "FAILURE"


@dataclass(frozen=True)
class Worker:
    """A Celery worker seen alive within the last day."""

    name: str
    silent_s: float

    @property
    def is_alive(self) -> bool:
        return self.silent_s < ALIVE_S

    @property
    def silence(self) -> str:
        minutes = round(self.silent_s / 60)
        return f"{self.silent_s:.0f} s" if minutes < 2 else f"{minutes} min"


@dataclass(frozen=True)
class Scheduled:
    """An entry of the beat schedule, and the result of its last run."""

    name: str
    every: str
    last: Run | None


@heartbeat_sent.connect
def note_worker(sender: Any, **_: object) -> None:
    now = wall_ms()
    try:
        execute(
            ("ZADD", WORKERS, now, str(sender.eventer.hostname)),
            ("ZREMRANGEBYSCORE", WORKERS, 0, now - RETENTION_MS),
        )
    except StoreUnavailable as error:
        logger.info("Could not write the Celery heartbeat: %s", error)


def note_end(task: str, seconds: float, state: str) -> None:
    """Called where the task runs; with Redis down nothing is recorded."""
    run = Run(wall_ms(), seconds, state)
    try:
        execute(("HSET", TASKS, task, msgspec.msgpack.encode(run)), ("EXPIRE", TASKS, RETENTION_S))
    except StoreUnavailable as error:
        logger.info("Could not record the end of %s: %s", task, error)


def workers() -> list[Worker]:
    """By name; may raise StoreUnavailable."""
    with translate_errors():
        found: list[Any] = client().zrange(WORKERS, 0, -1, withscores=True)
    now = wall_ms()
    return sorted(
        (Worker(name.decode(), max(0.0, now - at) / 1000) for name, at in found),
        key=lambda worker: worker.name,
    )


def schedule() -> list[Scheduled]:
    """In the order of the settings; may raise StoreUnavailable."""
    (found,) = execute(("HGETALL", TASKS))
    runs = {name.decode(): msgspec.msgpack.decode(value, type=Run) for name, value in found.items()}
    entries: dict[str, Json] = settings.CELERY_BEAT_SCHEDULE
    return [
        Scheduled(name, schedule_text(entry["schedule"]), runs.get(entry["task"]))
        for name, entry in entries.items()
    ]


def schedule_text(every: timedelta | crontab) -> str:
    """“every 5 s”, “at 3:00”."""
    if not isinstance(every, timedelta):
        hour, minute = min(every.hour), min(every.minute)  # type: ignore[attr-defined]
        return f"at {hour}:{minute:02d}"
    seconds = round(every.total_seconds())
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"every {seconds // size} {unit}"
    return f"every {seconds} s"
