from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connections
from playwright.sync_api import Browser, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from catalog.models import Article
from recommendations.recommenders.online_features import breaker
from recommendations.tests.shops import open_shop, train
from storefront.tests.browsers import chromium, visitor
from storefront.tests.shops import Shop, make_shop
from streaming import connection
from streaming.producers import producer

DEAD = "127.0.0.1:1"


@pytest.fixture
def shop(db: None) -> Iterator[Shop]:
    cache.clear()
    yield make_shop()
    cache.clear()


@pytest.fixture
def no_redis(settings: Settings) -> Iterator[None]:
    """Nothing listens on Redis's port: neither for the feature store nor for the cache."""
    settings.REDIS_URL = f"redis://{DEAD}/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": settings.REDIS_URL}}
    connection.reset()
    yield
    connection.reset()
    breaker.open_until = 0.0


@pytest.fixture
def no_kafka(settings: Settings) -> Iterator[None]:
    """Nothing listens on the broker's port."""
    producer.close()
    settings.KAFKA_BOOTSTRAP_SERVERS = DEAD
    yield
    producer.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def page(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer
) -> Iterator[Page]:
    """A visitor's page; no script fails on it, and nothing violates the content policy."""
    script = request.param == "with JavaScript"
    context = visitor(browser, base_url=live_server.url, java_script_enabled=script)
    opened, faults = context.new_page(), list[str]()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on(
        "console",
        lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None,
    )
    yield opened
    context.close()
    assert faults == []


@pytest.fixture
def stock(transactional_db: None, bundles: Path) -> Iterator[dict[str, list[Article]]]:
    """A shop of four garments, with a model that knows which are similar."""
    cache.clear()
    articles = open_shop()
    train()
    yield articles
    cache.clear()


@pytest.fixture
def no_postgresql(db: None) -> Iterator[None]:
    """Nothing listens on the database's port; the test's own connection is set aside meanwhile."""
    kept = connections["default"]
    dead = kept.copy()
    dead.settings_dict["PORT"] = 1
    connections["default"] = dead
    yield
    connections["default"] = kept
