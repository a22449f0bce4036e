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
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "retrain nightly": {
        "task": "recommendations.train",
        "schedule": crontab(hour=3, minute=0),
    },
    # Before the training, which may read it.
    "append to the lake nightly": {
        "task": "catalog.append_lake",
        "schedule": crontab(hour=2, minute=0),
    },
    "relay the outbox": {
        "task": "streaming.relay_outbox",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "verify the features nightly": {
        "task": "streaming.verify_features",
        "schedule": crontab(hour=2, minute=30),
    },
    "finish erasures": {
        "task": "storefront.finish_erasures",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "clear expired sessions": {
        "task": "storefront.clear_sessions",
        "schedule": crontab(hour=4, minute=0),
    },
    "guard the experiments": {
        "task": "recommendations.guard_experiments",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "forget old interactions": {
        "task": "recommendations.purge_interactions",
        "schedule": timedelta(hours=1),
    },
    "send spooled events": {
        "task": "streaming.flush_spool",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 10},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
