"""The id of a piece of work (a request, a task), in logs and on messages."""

from contextvars import ContextVar

# Set by whoever begins some work: the web's middleware for a request, Celery for a task.
request_id: ContextVar[str] = ContextVar("request_id", default="")
