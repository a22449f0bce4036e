"""The example client against a real server."""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from catalog.models import ApiKey, IngestRun
from catalog.models.api_key import Scope
from catalog.tests.factories import make_article
from storefront.tests.shops import published
from streaming.producers import producer
from web.api.quotas import Limit, counter

FILE = settings.BASE_DIR / "examples" / "client.py"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("client_example", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def shop(live_server: LiveServer) -> Iterator[str]:
    cache.clear()
    counter.reset()
    for n in range(5):
        make_article(900000001 + n * 1000, name=f"Linen shirt {n}", units_recent=9 - n)
    IngestRun.objects.create(status=IngestRun.Status.DONE, finished_at=timezone.now())
    yield live_server.url
    producer.close()


def test_the_example_pages_tells_waits_and_reports(
    shop: str, example: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = example.Client(shop)
    names = [one["name"] for one in client.every("articles/", fields="name", page_size=2)]
    assert names == [f"Linen shirt {n}" for n in range(5)]
    assert client.get("taxonomy/") is client.get("taxonomy/")
    view = {"type": "view", "article": "0900000001", "id": "view-1"}
    assert client.did(view, {"type": "search", "query": "linen"})[0] == "view-1"
    shopper = client.get("features/me/")["shopper"]
    assert next(event.id for event in published(shopper, 2)) == "view-1"
    with pytest.raises(example.ProblemError) as refused:
        client.did({**view, "article": "0000000007"})
    assert (refused.value.status, refused.value.errors.keys()) == (400, {"0"})

    slept: list[float] = []
    monkeypatch.setattr(Limit, "THROTTLE_RATES", {"reads": "1/day"})
    # Its own clock: other threads of this process sleep too.
    monkeypatch.setattr(example, "time", SimpleNamespace(sleep=slept.append))
    with pytest.raises(example.ProblemError, match="throttled"):
        client.get("menu/"), client.get("menu/")
    assert len(slept) == example.TRIES - 1
    assert min(slept) > 0


def test_a_key_opens_what_its_scope_says(shop: str, example: Any) -> None:
    key = ApiKey(name="example", scopes=[Scope.FEATURES])
    secret = key.draw()
    key.save()
    assert example.Client(shop, secret).get("features/c1/")["shopper"] == "c1"
    with pytest.raises(example.ProblemError):
        example.Client(shop).get("features/c1/")


def test_the_example_runs_as_it_says(shop: str) -> None:
    done = subprocess.run(
        [sys.executable, str(FILE), shop, "linen"], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "0900000001 19.99 Linen shirt 0"
    assert "For you" in done.stdout
