"""Records the duration of Celery tasks, and passes on the id of the request that started them.

Connected to Celery's signals. A worker in a container of its own serves its metrics itself.
"""

import time

from celery import Task
from celery.signals import before_task_publish, task_postrun, task_prerun, worker_ready
from django.conf import settings
from prometheus_client import start_http_server

from storefront.operations import celery_heartbeats, metrics
from streaming.events.correlation import request_id

_task_started: dict[str, float] = {}


@before_task_publish.connect
def hand_over(headers: dict[str, object], **_: object) -> None:
    if known := request_id.get():
        headers["request_id"] = known


@task_prerun.connect
def begin(task_id: str, task: Task[..., object], **_: object) -> None:
    request_id.set(task.request.get("request_id") or task_id)
    _task_started[task_id] = time.monotonic()


@task_postrun.connect
def end(task_id: str, task: Task[..., object], state: str | None = None, **_: object) -> None:
    request_id.set("")
    if (begun := _task_started.pop(task_id, None)) is not None:
        seconds = time.monotonic() - begun
        metrics.TASKS.labels(task.name, state or "").observe(seconds)
        celery_heartbeats.note_end(task.name, seconds, state or "")


@worker_ready.connect
def serve(**_: object) -> None:
    if settings.METRICS_PORT:
        start_http_server(settings.METRICS_PORT, registry=metrics.of_processes())
