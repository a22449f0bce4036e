"""OpenTelemetry traces, enabled by OTEL_EXPORTER_OTLP_ENDPOINT.

Spans of requests, SQL, Redis and tasks come from OpenTelemetry's own instrumentations; those of an
event on its way through Kafka from streaming.tracing. The packages are in requirements-tracing.txt.
"""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def start() -> None:
    """Raise ImproperlyConfigured if the packages are missing."""
    if not settings.TRACES:
        return
    os.environ.setdefault("OTEL_SERVICE_NAME", settings.SHOP_NAME)
    try:
        _start()
    except ImportError as error:
        text = f"Traces need pip install -r requirements-tracing.txt ({error})."
        raise ImproperlyConfigured(text) from error


def _start() -> None:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.instrumentation.psycopg2 import Psycopg2Instrumentor
    from opentelemetry.instrumentation.redis import RedisInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument()
    # psycopg2-binary is psycopg2 under another name, unknown to the check.
    Psycopg2Instrumentor().instrument(skip_dep_check=True)
    RedisInstrumentor().instrument()
    CeleryInstrumentor().instrument()
