"""Metrics of all processes, logs, and traces from end to end."""

import json
import logging
import os
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings as project
from django.test import Client
from opentelemetry import trace
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pytest_django import Settings

from catalog.tests.factories import make_article
from demo.services.ports import free_port
from storefront.operations import metric_files
from storefront.operations.logs import JsonFormatter
from storefront.tests.shops import Shop
from streaming.events.correlation import request_id
from streaming.producers import producer
from streaming.tests.servers import Worker, eventually

pytestmark = pytest.mark.django_db


def figures(text: str) -> dict[str, float]:
    return {
        name: float(value)
        for name, value in re.findall(r"^([a-z_]+(?:{[^}]*})?) (\S+)$", text, re.MULTILINE)
    }


def test_requests_shelves_and_events_are_counted(client: Client, shop: Shop, store: None) -> None:
    def read() -> dict[str, float]:
        return figures(client.get("/metrics").text)

    def added(name: str) -> float:
        return read().get(name, 0.0) - before.get(name, 0.0)

    before = read()
    page = client.get(f"/article/{shop.shirt.article_id}/")
    client.get("/nowhere/")
    producer.close()
    assert page.status_code == 200
    assert added('http_requests_total{method="GET",status="200",view="product"}') == 1
    assert added('http_requests_total{method="GET",status="404",view="none"}') == 1
    assert added('http_request_seconds_count{view="product"}') == 1
    assert added('events_total{outcome="accepted"}') >= 1
    assert added('events_total{outcome="spooled"}') == 0
    client.get("/widgets/trending/")
    degraded = 'degraded="yes",kind="trending",strategy="postgres_popularity"'
    assert added(f"recommendations_total{{{degraded}}}") == 1
    assert read()['dependency_up{name="postgresql"}'] == 1


@pytest.mark.usefixtures("no_kafka")
def test_an_event_that_cannot_be_sent_is_counted_as_spooled(
    client: Client, shop: Shop, store: None, settings: Settings, tmp_path: Path
) -> None:
    settings.SPOOL_DIR = tmp_path
    name = 'events_total{outcome="spooled"}'
    before = figures(client.get("/metrics").text).get(name, 0.0)
    client.get(f"/article/{shop.shirt.article_id}/")
    producer.close()
    assert figures(client.get("/metrics").text)[name] > before


COUNTS = """
from django.conf import settings; settings.DEBUG
from streaming.producers.producer import count
count("accepted", 5)
"""


def test_the_figures_of_every_process_come_together(client: Client, tmp_path: Path) -> None:
    """With several web processes, any of them reports for all."""
    name = 'events_total{outcome="accepted"}'
    metric_files.remove_dead_processes()
    before = figures(client.get("/metrics").text).get(name, 0.0)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "storefront.settings"}
    environment["VAR_DIR"] = str(project.VAR_DIR)
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNTS], env=environment, check=True)
    assert figures(client.get("/metrics").text)[name] == before + 10
    metric_files.remove_dead_processes()
    assert figures(client.get("/metrics").text).get(name, 0.0) == before
    own = [file for file in project.METRICS_DIR.glob("*.db") if str(os.getpid()) in file.name]
    assert own


def test_a_request_keeps_a_sensible_id_and_gets_one_otherwise(client: Client) -> None:
    given = "edge-0123456789"
    assert client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] == given
    for bad in ("short", "a" * 65, "with space 123", 'quo"te-123456'):
        answered = client.get("/healthz", headers={"X-Request-ID": bad})["X-Request-ID"]
        assert re.fullmatch(r"[0-9a-f]{32}", answered)


def test_a_log_line_is_json_with_what_it_belongs_to() -> None:
    record = logging.makeLogRecord(
        {"name": "x", "levelname": "INFO", "msg": "%d done", "args": (3,), "event": "e1"}
    )
    token = request_id.set("r-1")
    try:
        told = json.loads(JsonFormatter().format(record))
    finally:
        request_id.reset(token)
    assert (told["message"], told["request_id"], told["event"]) == ("3 done", "r-1", "e1")
    assert told["time"].endswith("Z")
    try:
        raise ValueError("broken")
    except ValueError:
        failed = logging.makeLogRecord({"msg": "no", "exc_info": sys.exc_info()})
    assert "ValueError: broken" in json.loads(JsonFormatter().format(failed))["exception"]


class Collector(ThreadingHTTPServer):
    """Receives what an OTLP exporter sends."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receive)
        self.bodies: list[bytes] = []


class Receive(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        yield server
        server.shutdown()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """This process's spans. The provider can be set only once, so the exporter is shared."""
    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    DjangoInstrumentor().instrument()
    yield exporter
    DjangoInstrumentor().uninstrument()


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_request_is_found_again_where_its_event_became_features(
    client: Client,
    log: str,
    store: None,
    settings: Settings,
    tmp_path: Path,
    spans: InMemorySpanExporter,
    collector: Collector,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Page → Kafka → a worker process: one request id, one event id, one trace."""
    monkeypatch.setenv("LOG_FORMAT", "json")
    monkeypatch.setenv("LOG_EVENTS", "1")
    port = free_port(19100)
    monkeypatch.setenv("METRICS_PORT", str(port))
    settings.TRACES = True
    article = make_article(900000001)
    with Worker(tmp_path / "worker.log") as worker:
        page = client.get(f"/article/{article.article_id}/")
        told: list[dict[str, object]] = []

        def arrived() -> bool:
            told[:] = lines(tmp_path / "worker.log", "Event applied")
            return bool(told)

        eventually(arrived, "the worker's line")
        eventually(lambda: answers(f"http://127.0.0.1:{port}/metrics"), "the worker's figures")
        worker.stop()
    (line,) = told
    assert line["request_id"] == page["X-Request-ID"]
    assert isinstance(line["delay_ms"], int)
    (request,) = [span for span in spans.get_finished_spans() if "article" in span.name]
    assert request.context is not None
    exported = [span for body in collector.bodies for span in spans_of(body)]
    applied = [span for span in exported if span.name == "apply event"]
    assert [span.trace_id for span in applied] == [request.context.trace_id.to_bytes(16)]
    assert applied[0].attributes[0].value.string_value == line["event"]


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:  # Celery starts the metrics server a moment after the stream
        return False


def spans_of(body: bytes) -> Iterator[Any]:
    found = ExportTraceServiceRequest.FromString(body)
    for resource in found.resource_spans:
        for scope in resource.scope_spans:
            yield from scope.spans


def lines(file: Path, message: str) -> list[dict[str, object]]:
    found = (orjson.loads(line) for line in file.read_text().splitlines() if line.startswith("{"))
    return [line for line in found if line["message"] == message]
