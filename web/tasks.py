"""Celery tasks that a request or a command queues by name."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def run_soon(task: str) -> None:
    """Queue the task. Without a broker it is only logged: such a task is also scheduled, or made up
    for when its result is needed."""
    try:
        current_app.send_task(task, retry=False, ignore_result=True)
    except OperationalError as error:
        logger.warning("Could not queue %s: %s", task, error)
