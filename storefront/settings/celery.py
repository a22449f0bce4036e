"""Celery: its broker, queues and scheduled tasks."""

from datetime import timedelta

from celery.schedules import crontab

from storefront.settings.environment import VAR_DIR, env

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=env.str("REDIS_URL", default=""))
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": "celery:",
    "visibility_timeout": 4 * 3600,
    # Enqueueing a task gives up quickly: a page must not wait because Redis is down.
    "max_retries": 1,
    "interval_start": 0.0,
    "interval_step": 0.1,
    "interval_max": 0.1,
    "socket_connect_timeout": 0.5,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "default"
# Long tasks have workers of their own, so that they don't delay purchases in the outbox.
CELERY_TASK_ROUTES = {
    "catalog.append_lake": {"queue": "long"},
    "catalog.warm_renditions": {"queue": "long"},
    "recommendations.train": {"queue": "long"},
}
CELERY_TASK_TIME_LIMIT = 3 * 3600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False


def nightly(task: str, hour: int, minute: int = 0) -> dict[str, object]:
    return {"task": task, "schedule": crontab(hour=hour, minute=minute)}


def every(period: timedelta, task: str) -> dict[str, object]:
    """A run that no worker has begun before the next one is due is dropped."""
    return {"task": task, "schedule": period, "options": {"expires": period.total_seconds()}}


CELERY_BEAT_SCHEDULE = {
    # Before the training, which may read it.
    "append to the lake nightly": nightly("catalog.append_lake", 2),
    "verify the features nightly": nightly("streaming.verify_features", 2, 30),
    "retrain nightly": nightly("recommendations.train", 3),
    "clear expired sessions": nightly("storefront.clear_sessions", 4),
    "relay the outbox": every(timedelta(seconds=5), "streaming.relay_outbox"),
    "send spooled events": every(timedelta(seconds=10), "streaming.flush_spool"),
    "finish erasures": every(timedelta(minutes=1), "storefront.finish_erasures"),
    "guard the experiments": every(timedelta(minutes=1), "recommendations.guard_experiments"),
    "forget old interactions": every(timedelta(hours=1), "recommendations.purge_interactions"),
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
