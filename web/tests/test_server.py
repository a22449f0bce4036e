"""The web server as a process of its own, with a WSGI application of ten lines."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from demo.services import ports
from demo.tests.demos import until
from web.server import HEAD_BYTES

PATIENCE_S = 180.0
APPLICATION = """
import os
from web.server import serve

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]

def started():
    print("started", flush=True)

if __name__ == "__main__":
    serve("{module}:application", "127.0.0.1", {port}, workers=2, on_start=started)
"""


class Running:
    def __init__(self, folder: Path) -> None:
        self.port = ports.choose()
        (folder / "tiny.py").write_text(APPLICATION.format(module="tiny", port=self.port))
        path = os.pathsep.join([str(folder), *filter(None, sys.path)])
        self.process = subprocess.Popen(
            [sys.executable, str(folder / "tiny.py")],
            env=os.environ | {"PYTHONPATH": path},
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, path: str = "/") -> tuple[int, bytes]:
        """Status and body; no status while nobody listens or the server hangs up."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request("GET", path)
            reply = connection.getresponse()
            return reply.status, reply.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def workers(self) -> set[int]:
        return {one.pid for one in psutil.Process(self.process.pid).children(recursive=True)}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    try:
        until(lambda: running.ask()[0] == 200)
        yield running
    finally:
        running.process.terminate()  # its workers outlive a kill
        running.process.wait(PATIENCE_S)


def test_a_worker_that_dies_is_replaced_and_the_end_is_clean(server: Running) -> None:
    until(lambda: len(server.workers()) == 2)
    (killed, other) = server.workers()
    os.kill(killed, signal.SIGKILL)
    until(lambda: int(server.ask()[1] or 0) not in (0, killed, other))
    assert server.process.poll() is None
    server.process.terminate()
    assert server.process.wait(PATIENCE_S) == 0
    assert server.ask() == (0, b"")
    assert server.process.stdout is not None
    assert server.process.stdout.read().splitlines().count("started") == 1


def test_a_head_beyond_its_limit_is_refused_and_the_next_request_served(server: Running) -> None:
    assert server.ask("/?q=" + "x" * (HEAD_BYTES - 1000))[0] == 200
    assert server.ask("/?q=" + "x" * (2 * HEAD_BYTES))[0] in (0, 414, 431)
    assert server.ask()[0] == 200
