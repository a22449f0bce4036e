"""Bad requests over a socket to a real web server, including ones that no client library sends.

Each is answered by a 4xx (or a 501) or a closed connection, the same worker keeps serving, and
nothing is left behind.
"""

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

import psutil
import pytest
from django.db import connection
from pytest_django import Settings

from catalog.tests.factories import make_article
from demo.run.processes import Child, wait_for_port
from demo.services.ports import free_port
from storefront.tests.test_bad_input import CASES, GOOD, everything_kept, sent, written_out
from streaming.events.schema import decode
from streaming.tests.kafka import messages
from web.json_types import Json

EVENT = b'{"type":"view","article":"0108775015","id":"half"}'
EVENTS = b"POST /api/v1/events/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CHUNKED = EVENTS + b"Transfer-Encoding: chunked\r\n"
BAG = (
    b"POST /bag/update/ HTTP/1.1\r\nHost: localhost\r\n"
    b"Cookie: csrftoken=%b\r\nX-CSRFToken: %b\r\n"
    % (b"a" * 32, b"a" * 32)
    + b"Content-Type: application/x-www-form-urlencoded\r\n"
)
GET = b"GET /api/v1/taxonomy/ HTTP/1.1\r\nHost: localhost\r\n"
JSON = {"Content-Type": "application/json"}
SAFE = "/?=&%+;,:@!$()*~"  # characters allowed unescaped
TOKEN = {"Cookie": f"csrftoken={'a' * 32}", "X-CSRFToken": "a" * 32}
SILENCE = 0  # closed without a response
PATIENCE_S = 5
RAW: dict[str, tuple[bytes, set[int]]] = {
    "a request line of 10,000 characters": (
        b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\n\r\n", {400, 414}
    ),
    "a header of 100,000 characters": (GET + b"X: " + b"a" * 100_000 + b"\r\n\r\n", {431}),
    "a cookie of 50,000 characters": (GET + b"Cookie: a=" + b"b" * 50_000 + b"\r\n\r\n", {431}),
    "5,000 headers": (GET + b"".join(b"X-%d: 1\r\n" % n for n in range(5000)) + b"\r\n", {431}),
    "a header without a colon": (GET + b"nothing\r\n\r\n", {400}),
    "a header with a space before its colon": (GET + b"X : 1\r\n\r\n", {400}),
    "a folded header": (GET + b"X: 1\r\n 2\r\n\r\n", {400}),
    "a NUL in a header": (GET + b"X: a\0b\r\n\r\n", {400}),
    "no request": (b"\r\n\r\n", {400, SILENCE}),
    "no version": (b"GET /\r\n\r\n", {400}),
    "a version that doesn't exist": (b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", {400, 505}),
    "a method in small letters": (
        b"get /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", {200, 400, 405}
    ),
    "another host's name": (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", {400}),
    "a host that is none": (b"GET / HTTP/1.1\r\nHost: a/b@c\r\n\r\n", {400}),
    "TLS where none is spoken": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03" * 9, {400, SILENCE}),
    "random bytes": (bytes(range(256)) * 20 + b"\r\n\r\n", {400}),
    "broken UTF-8 in the path": (b"GET /\xc3\x28\xff/ HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}),
    "broken UTF-8, escaped": (b"GET /%C3%28%FF/ HTTP/1.1\r\nHost: localhost\r\n\r\n", {404}),
    # The server drops headers that aren't text; the request is then served as a public one.
    "a key of broken UTF-8": (GET + b"Authorization: Bearer \xc3\x28\xff\r\n\r\n", {200, 401}),
    "JSON of broken UTF-8": (EVENTS + b'Content-Length: 13\r\n\r\n{"type":"\xc3\x28"}', {400}),
    "a path out of the root": (b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", {404}),
    "a negative length": (EVENTS + b"Content-Length: -1\r\n\r\n" + EVENT, {400}),
    "a length that is a word": (EVENTS + b"Content-Length: many\r\n\r\n" + EVENT, {400}),
    "two lengths": (EVENTS + b"Content-Length: 3\r\nContent-Length: 50\r\n\r\n" + EVENT, {400}),
    "a length and chunks": (CHUNKED + b"Content-Length: 50\r\n\r\n" + EVENT, {400}),
    "an unknown coding": (EVENTS + b"Transfer-Encoding: rot13\r\n\r\n" + EVENT, {400, 501}),
    "chunks of no size": (CHUNKED + b"\r\n" + EVENT, {400}),
    "a chunk of a size that is a word": (CHUNKED + b"\r\nzz\r\n" + EVENT + b"\r\n0\r\n\r\n", {400}),
    "a negative chunk": (CHUNKED + b"\r\n-5\r\n" + EVENT + b"\r\n0\r\n\r\n", {400}),
    "a chunk longer than it says": (CHUNKED + b"\r\n5\r\n" + EVENT + b"\r\n0\r\n\r\n", {400}),
    "a chunk shorter than it says": (CHUNKED + b"\r\nffff\r\n" + EVENT, {400}),
    "half a request line": (b"GET /api/v1/ta", {400, SILENCE}),
    "half the headers": (EVENTS + b"Content-Le", {400, SILENCE}),
    "no body where one is announced": (EVENTS + b"Content-Length: 500\r\n\r\n", {400}),
    "half a body": (EVENTS + b"Content-Length: 500\r\n\r\n" + EVENT[:20], {400}),
    "half a body that can be read": (EVENTS + b"Content-Length: 500\r\n\r\n" + EVENT, {400}),
    "half a form": (BAG + b"Content-Length: 500\r\n\r\narticle=0108775015&quantity=1", {400}),
    "a body of 2 MB of which 1 KB comes": (
        EVENTS + b"Content-Length: 2000000\r\n\r\n" + b" " * 1000, {413}
    ),
}  # fmt: skip


class WebServer:
    """The shop's web server with one worker, started as usual but for its environment."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port(18_400)
        command = ["manage.py", "serve", f"--port={self.port}", "--workers=1"]
        self.child = Child("web", command, folder / "web.log")

    def stop(self) -> None:
        if self.child.process is not None:
            self.child.process.terminate()
            self.child.process.wait()

    def workers(self) -> list[int]:
        assert self.child.process is not None
        return [worker.pid for worker in psutil.Process(self.child.process.pid).children()]

    def hang_up(self, request: bytes) -> None:
        """Send it and reset the connection at once (RFC 9293's RST) instead of closing it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=180) as wire:
            wire.sendall(request)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def status(self, request: bytes) -> int:
        """The status of the response; SILENCE if there is none.

        After a while the sending side is closed, so that the server stops waiting for more.
        """
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as wire:
            # It may have responded and closed before reading everything (reset, or ENOTCONN).
            with suppress(OSError):
                wire.sendall(request)
            try:
                found = status_line(wire)
            except TimeoutError:
                wire.settimeout(180)
                with suppress(OSError):
                    wire.shutdown(socket.SHUT_WR)
                found = status_line(wire)
        return int(found.split(b" ", 2)[1]) if found else SILENCE


def status_line(wire: socket.socket) -> bytes:
    found = b""
    with suppress(ConnectionError):
        while b"\r\n" not in found and (part := wire.recv(65_536)):
            found += part
    return found


@pytest.fixture
def web_server(
    transactional_db: None,
    log: str,
    store: None,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[WebServer]:
    """On the test's own database, Redis, topic and spool."""
    settings.SPOOL_DIR = tmp_path / "spool"
    database = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = {
        "DATABASE_URL": database.geturl(),
        **{name: getattr(settings, name) for name in ("REDIS_URL", "SECRET_KEY", "KAFKA_TOPIC")},
        "KAFKA_BOOTSTRAP_SERVERS": settings.KAFKA_BOOTSTRAP_SERVERS,
        "VAR_DIR": str(tmp_path),
        "DEMO": "1",  # static files need no manifest
        **dict.fromkeys(("THROTTLE_READS", "THROTTLE_EVENTS"), "100000000/min"),
        "THROTTLE_RECOMMENDATIONS": "100000000/min",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    make_article(108775015)
    server = WebServer(tmp_path)
    server.child.start()
    try:
        wait_for_port(server.port, server.child)
        assert server.status(request("GET", "/healthz")) == 200
        yield server
    finally:
        server.stop()


def request(method: str, address: str, body: bytes = b"", **headers: str) -> bytes:
    """Formatted as ordinary clients do."""
    lines = [f"{method} {quote(address, safe=SAFE)} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def of_corpus(case: Json) -> bytes:
    method, _, address = str(written_out(case["to"])).partition(" ")
    headers = {"Content-Type": case.get("media", "application/json"), **TOKEN}
    if "authorization" in case:
        headers["Authorization"] = case["authorization"]
    return request(method, address, sent(case), **headers)


@pytest.mark.slow
def test_whatever_is_sent_the_server_lives_and_nothing_is_left_behind(
    web_server: WebServer, log: str
) -> None:
    before, workers = everything_kept(), web_server.workers()
    cases = {case["why"]: (of_corpus(case), expected(case)) for case in CASES} | RAW
    wrong = {
        why: (status, statuses)
        for why, (raw, statuses) in cases.items()
        if (status := web_server.status(raw)) not in statuses
    }
    assert wrong == {}
    for raw, _ in RAW.values():
        web_server.hang_up(raw)
    assert web_server.status(request("GET", "/healthz")) == 200  # earlier requests are done
    assert everything_kept() == before
    assert web_server.workers() == workers
    assert " 500 in " not in web_server.child.log.read_text()
    good = request("POST", "/api/v1/events/", json.dumps(GOOD).encode(), **JSON)
    assert web_server.status(good) == 202
    assert [decode(message.value() or b"").id for message in messages(log, 1)] == ["good"]


def expected(case: Json) -> set[int]:
    """The server may itself refuse a long address, and drops headers that aren't text."""
    if len(written_out(case["to"])) > 4000:
        return {414, case["status"]}
    return {200, 401} if not case.get("authorization", "").isascii() else {case["status"]}
