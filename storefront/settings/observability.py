"""What the processes say of themselves: logs, metrics, traces."""

import os
from pathlib import Path

from storefront.settings.environment import VAR_DIR, env

# "json" for machines: one object per line, with the id of its request or task.
LOG_FORMAT = env.str("LOG_FORMAT", default="line")
# Logs a line at each stage of each event; for debugging, not for a replay at full speed.
LOG_EVENTS = env.bool("LOG_EVENTS", default=False)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {"()": "storefront.operations.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"streaming.tracing": {"level": "INFO" if LOG_EVENTS else "WARNING"}},
}

# prometheus_client reads the variable on import. Always set here: a child with another VAR_DIR must
# not write into its parent's.
METRICS_DIR = Path(env.str("METRICS_DIR", default=str(VAR_DIR / "metrics")))
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_DIR)
# The port where a Celery worker serves its own metrics, 0 for none. For workers that don't share
# METRICS_DIR with the web, as in containers.
METRICS_PORT = env.int("METRICS_PORT", default=0)

# OpenTelemetry's own variables configure the exporter; without this one there are no traces.
TRACES = bool(env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default=""))
