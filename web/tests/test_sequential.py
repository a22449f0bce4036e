"""Requests take turns, but for the time in which their bodies arrive."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Event
from typing import TYPE_CHECKING, Any

from web.requests.sequential import Sequential

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def echo(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    return [environ["wsgi.input"].read()]


class Slow(BytesIO):
    """A body whose sender waits for an event."""

    def __init__(self, content: bytes, sent: Event) -> None:
        super().__init__(content)
        self.sent = sent

    def read(self, size: int | None = -1, /) -> bytes:
        assert self.sent.wait(60)
        return super().read(size)


def call(application: Sequential, body: BytesIO, length: int) -> bytes:
    environ: dict[str, Any] = {"CONTENT_LENGTH": str(length), "wsgi.input": body}
    return b"".join(application(environ, lambda *_: lambda _: None))


def test_a_slow_sender_holds_up_nobody() -> None:
    application, sent = Sequential(echo, 100), Event()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(call, application, Slow(b"slow", sent), 4)
        assert call(application, BytesIO(b"fast"), 4) == b"fast"
        assert not slow.done()
        sent.set()
        assert slow.result() == b"slow"


def test_requests_take_turns() -> None:
    running: list[int] = []

    def application(*_: object) -> Iterable[bytes]:
        running.append(1)
        time.sleep(0.01)
        at_once = str(len(running)).encode()
        running.pop()
        return [at_once]

    turns = Sequential(application, 100)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: call(turns, BytesIO(), 0), range(12)))
    assert set(answers) == {b"1"}


def test_a_longer_body_and_one_of_no_length_are_left_to_the_application() -> None:
    body = BytesIO(b"x" * 101)
    assert call(Sequential(echo, 100), body, 101) == b"x" * 101
    lengthless = {"CONTENT_LENGTH": "", "wsgi.input": body}
    assert list(Sequential(lambda *_: [b"none"], 100)(lengthless, lambda *_: lambda _: None))
    assert body.tell() == 101, "nothing more was read"
