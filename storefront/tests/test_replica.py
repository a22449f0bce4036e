"""Pages read from a real streaming replica: never older than the reader's own writes, and served by
the primary as soon as the replica is gone."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import DjangoDbBlocker

from demo.run.checks.browser import Browser
from demo.services import ports
from storefront.tests import replica
from storefront.tests.replica import Server, ask
from streaming.events.schema import View, encode
from streaming.producers import producer
from streaming.tests.kafka import everything
from streaming.tests.servers import eventually
from web.replica import COOKIE, REPLICA, ReplicaReads, reading

ARTICLE = "/article/"
LISTING = "/search/?q=shirt"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where a server's own account can reach it."""
    place = Path(tempfile.mkdtemp(prefix="replica-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def primary(folder: Path) -> Iterator[Server]:
    with replica.primary(folder, durable=False) as server:
        yield server


@pytest.fixture(scope="module")
def standby(folder: Path, primary: Server) -> Iterator[Server]:
    with replica.standby(folder, primary, durable=False) as server:
        yield server


@pytest.fixture(scope="module")
def shop(folder: Path, primary: Server, standby: Server) -> Iterator[str]:
    """A shop with a few articles, served by a process that knows both."""
    environment = os.environ | {
        "DATABASE_URL": primary.url,
        "DATABASE_REPLICA_URL": standby.url,
        "SECRET_KEY": settings.SECRET_KEY,
        "REDIS_URL": settings.REDIS_URL,
        "KAFKA_BOOTSTRAP_SERVERS": settings.KAFKA_BOOTSTRAP_SERVERS,
        "VAR_DIR": str(folder),
    }
    sizes = ["--articles", "200", "--customers", "100", "--transactions", "2000"]
    port = ports.choose()
    for command in (
        ["migrate", "-v0"],
        ["generate_hm", "--out", str(folder / "data"), *sizes],
        ["ingest_hm", "--data-dir", str(folder / "data")],
    ):
        subprocess.run([sys.executable, "manage.py", *command], env=environment, check=True)
    serve = [sys.executable, "manage.py", "serve", "--workers", "1", "--port", str(port)]
    with subprocess.Popen(serve, env=environment) as process:
        address = f"http://127.0.0.1:{port}"
        eventually(lambda: answers(address), "the shop")
        yield address
        process.terminate()


@pytest.mark.slow
def test_a_replica_serves_pages_but_never_hides_a_shoppers_own_writes(
    shop: str, standby: Server
) -> None:
    browser = Browser(shop)
    article = re.search(rf"{ARTICLE}(\d+)/", browser.get(LISTING).text)
    assert article
    browser.get(article[0])
    ask(standby.url, "SELECT pg_wal_replay_pause()")
    browser.post("/wishlist/change/", {"article": article[1]})
    assert is_saved(browser), "the primary serves what the replica lacks"
    (written,) = (cookie for cookie in browser.jar if cookie.name == COOKIE)
    browser.jar.clear(written.domain, written.path, written.name)
    assert not is_saved(browser), "the replica serves who wrote nothing"
    written.value = str(1 << 62)
    browser.jar.set_cookie(written)
    assert is_saved(browser), "a forged position only leads to the primary"
    browser.jar.clear(written.domain, written.path, written.name)
    ask(standby.url, "SELECT pg_wal_replay_resume()")
    eventually(lambda: is_saved(browser), "the replica following")


@pytest.mark.slow
def test_a_replica_that_is_killed_fails_no_page_and_serves_again_when_it_is_back(
    shop: str, standby: Server
) -> None:
    browser = Browser(shop)
    assert clients(standby.url) > 0
    standby.kill()
    assert {browser.get(LISTING).status for _ in range(20)} == {200}
    standby.start()
    eventually(
        lambda: browser.get(LISTING).status == 200 and clients(standby.url) > 0, "its return"
    )


def test_a_page_that_is_tried_again_publishes_its_events_once(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    log: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(connections.settings, REPLICA, connections.settings["default"])
    monkeypatch.setattr("web.replica.PROGRESS", "SELECT 1, true, 0")  # as if it followed
    view = View(id=uuid.uuid4().hex, shopper="c1", ts=1, source="shop", article=1)
    served_by = []

    def page(request: HttpRequest) -> HttpResponse:
        connection = reading()
        served_by.append(connection.alias)
        producer.publish(view)
        try:
            if connection.alias == REPLICA:
                connection.ensure_connection()
                end(connection.connection.info.backend_pid)
            connection.cursor().execute("SELECT 1")
        except OperationalError:
            return HttpResponse(status=503)
        return HttpResponse("all well")

    with django_db_blocker.unblock():
        response = ReplicaReads(page)(RequestFactory().get("/"))
        connections.close_all()
    assert (response.status_code, served_by) == (200, [REPLICA, "default"])
    producer.close()
    assert everything(log) == [encode(view)]


def end(backend: int) -> None:
    """As a server that dies in the middle of a request."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 1000)", [backend])


def is_saved(browser: Browser) -> bool:
    """Whether the wishlist has anything on it."""
    response = browser.get("/wishlist/")
    assert response.status == 200
    return "Nothing here yet" not in response.text


def answers(address: str) -> bool:
    try:
        return Browser(address).get(LISTING).status == 200
    except urllib.error.URLError:
        return False


def clients(url: str) -> int:
    """Connections of the shop to this server."""
    found = ask(
        url,
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    )
    return int(str(found))
