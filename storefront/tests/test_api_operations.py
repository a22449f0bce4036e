"""The API for operators: trends, model versions, status."""

from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from catalog.models import IngestRun
from recommendations.models import ModelVersion
from storefront.tests.shops import Shop
from streaming.api.serializers import known_articles
from streaming.connection import client as redis
from streaming.consumer.assignment import Assignment
from streaming.consumer.batch import PartitionBatch, Record
from streaming.consumer.processor import Log
from streaming.consumer.worker_metrics import WorkerMetrics
from streaming.status import publish

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture(autouse=True)
def new_process() -> None:
    known_articles.keys.clear()


@pytest.fixture
def data_role(client: Client) -> Client:
    user = User.objects.create_user("dana", is_staff=True)
    user.groups.add(Group.objects.get(name="data"))
    client.force_login(user)
    return client


def versions(count: int) -> list[ModelVersion]:
    return [
        ModelVersion.objects.create(
            version=f"v{n}",
            created_at=timezone.now(),
            metrics={"map@12": n / 10},
            manifest={"files": {}},
            status="failed" if n % 2 else "ready",
        )
        for n in range(count)
    ]


def test_model_versions_are_paged_newest_first(data_role: Client) -> None:
    versions(5)
    page = data_role.get(f"{API}/models/", {"page_size": 3}).json()
    rest = data_role.get(page["next"]).json()
    assert [one["version"] for one in page["results"] + rest["results"]] == [
        "v4", "v3", "v2", "v1", "v0",
    ]  # fmt: skip
    assert page["results"][0]["metrics"] == {"map@12": 0.4}
    assert data_role.get(page["results"][0]["url"]).json()["manifest"] == {"files": {}}


@pytest.mark.parametrize(
    ("query", "found"),
    [({"status": "failed"}, 2), ({"is_active": "true"}, 0), ({"status": "ready"}, 3)],
)
def test_model_versions_are_narrowed(data_role: Client, query: dict[str, str], found: int) -> None:
    versions(5)
    assert len(data_role.get(f"{API}/models/", query).json()["results"]) == found


@pytest.mark.parametrize("query", [{"status": "new"}, {"cursor": "x"}, {"page_size": "0"}])
def test_a_wrong_filter_of_versions_is_named(data_role: Client, query: dict[str, str]) -> None:
    reply = data_role.get(f"{API}/models/", query)
    assert reply.status_code == 400
    assert reply.json()["errors"].keys() == query.keys()


def test_an_unknown_version_is_a_404(data_role: Client) -> None:
    assert data_role.get(f"{API}/models/v9/").status_code == 404


def test_trending_is_the_same_for_everybody_and_may_be_kept(client: Client, shop: Shop) -> None:
    reply = client.get(f"{API}/trending/", {"k": 2})
    assert reply["Cache-Control"] == "public, max-age=5"
    assert "shopper" not in reply.cookies
    body = reply.json()
    assert body["items"][0]["article"] == shop.shirt.article_id
    assert body["degraded"]  # without a model
    assert client.get(f"{API}/trending/", {"index_group": 99}).status_code == 400


def status_of(client: Client) -> Any:
    reply = client.get(f"{API}/status/")
    assert reply.status_code == 200, reply.content
    return reply.json()


def test_the_status_names_workers_and_what_waits(client: Client, store: None) -> None:
    meter = WorkerMetrics("w1", state="running", ends={0: 12})
    meter.batch([PartitionBatch(0, [Record(n, b"", n) for n in (1, 2, 3)], 4)], 0.01)
    publish(redis(), meter.report(Assignment([0], Log("events", "topic"), {0: 7})))
    IngestRun.objects.create(status=IngestRun.Status.DONE)
    body = status_of(client)
    (worker,) = body["workers"]
    assert (body["lag"], worker["partitions"]) == (5, {"0": {"position": 7, "end": 12, "lag": 5}})
    assert (worker["worker"], worker["events"], body["dead"]) == ("w1", 3, 0)
    assert body["ingest"]["status"] == "done"
    assert (body["model"], body["in_outbox"]) == (None, 0)


@pytest.mark.usefixtures("no_redis")
def test_the_status_answers_without_redis(client: Client) -> None:
    body = status_of(client)
    assert (body["workers"], body["store"]) == ([], None)
    assert {check["name"]: check["up"] for check in body["checks"]}["redis"] is False


def test_outside_the_demo_the_status_is_for_staff(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    assert client.get(f"{API}/status/").status_code == 401


def test_events_of_articles_seen_before_need_no_postgresql(
    client: Client, shop: Shop, request: pytest.FixtureRequest
) -> None:
    body = {"type": "view", "article": shop.shirt.article_id}
    post = partial(client.post, f"{API}/events/", content_type="application/json")
    assert post(body).status_code == 202
    request.getfixturevalue("no_postgresql")
    assert post(body).status_code == 202
    client.raise_request_exception = False
    assert post({**body, "article": shop.dress.article_id}).status_code == 503
