import json
import re
from collections.abc import Iterator

import msgspec
import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from recommendations.models import ModelVersion
from recommendations.training.run import training_lock
from storefront.operations import celery_heartbeats, pipeline
from streaming import keys, status
from streaming.clock import wall_ms
from streaming.connection import client as redis
from streaming.consumer.assignment import Assignment
from streaming.consumer.batch import PartitionBatch, Record
from streaming.consumer.processor import Log
from streaming.consumer.worker_metrics import WorkerMetrics
from streaming.status import Point
from streaming.tasks import flush_spool
from web import charts
from web.charts import Chart, Line

pytestmark = pytest.mark.django_db
PAGE = "/ops/"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def meter(worker: str = "stream@test") -> WorkerMetrics:
    """A worker that is 67 events and about two seconds behind on one partition of two."""
    found = WorkerMetrics(worker, state="running", ends={0: 1_234_567, 1: 9})
    now = wall_ms()
    late, later = (Record(0, b"", now - ago) for ago in (2000, 40))
    found.batch([PartitionBatch(0, [late], 1), PartitionBatch(1, [later], 1)], 0.01)
    return found


def tell(meter: WorkerMetrics) -> None:
    status.publish(
        redis(), meter.report(Assignment([0, 1], Log("events", "topic"), {0: 1_234_500, 1: 9}))
    )


def test_the_pipeline_shows_how_far_behind_each_partition_is(client: Client, store: None) -> None:
    tell(meter())
    page = client.get(PAGE).text
    rows = re.findall(r'<tr><th scope="row">(\d)</th>(.*?)</tr>', page)
    cells = {row: re.findall(r">([^<>]+)<", rest) for row, rest in rows}
    assert cells["0"][0] == "67"
    assert 2.0 <= float(cells["0"][1]) < 30
    assert cells["1"][:2] == ["0", "0.0"]
    assert "stream@test" in page
    assert "<dt>Events behind</dt><dd>67<" in page


def test_the_metrics_tell_of_lag_and_delay(client: Client, store: None) -> None:
    tell(meter())
    text = client.get("/metrics").text
    assert 'stream_lag{partition="0"} 67.0' in text
    assert 'stream_delay_seconds_bucket{le="0.05",worker="stream@test"} 1.0' in text
    assert 'stream_delay_seconds_bucket{le="+Inf",worker="stream@test"} 2.0' in text
    assert float(re.findall(r'stream_lag_seconds{partition="0"} (\S+)', text)[0]) >= 2


def test_what_is_shown_is_asked_once_for_everybody(client: Client, store: None) -> None:
    tell(meter())
    first = client.get(PAGE).text
    redis().delete(keys.status("stream@test"))
    assert "stream@test" in first
    assert "stream@test" in client.get(PAGE).text


def test_the_charts_are_drawn_by_the_server_and_their_data_is_sent_along(
    client: Client, store: None
) -> None:
    now = wall_ms()
    for age, rate in ((30_000, 10.0), (20_000, 30.0)):
        told = Point(now - age, rate, 3, 5.0, 9.0, 0)
        redis().lpush(keys.series("stream@test"), msgspec.msgpack.encode(told))
    tell(meter())
    page = client.get(PAGE).text
    drawn = re.findall(r'class="line line-1" d="([^"]+)"', page)
    assert drawn[0].startswith("M")
    assert "Events a second: events at most 30 events/s, last 30" in page
    sent = json.loads(re.findall(r'id="pipeline-series" type="application/json">(.*?)</', page)[0])
    assert [value for value in sent["rate"][1] if value is not None] == [10.0, 30.0]
    assert len(sent["delay"]) == 3


def test_two_workers_add_up_and_the_slower_one_sets_the_delay() -> None:
    now = 10_000_000
    points = [[Point(now, 5.0, 2, 1.0, 8.0, 0)], [Point(now + 1, 7.0, 0, 3.0, 4.0, 0)]]
    last = pipeline.moments(points, now)[-1]
    assert (last.events_per_s, last.lag, last.p50_ms, last.p99_ms) == (12.0, 2, 3.0, 8.0)
    assert pipeline.moments(points, now)[0].lag is None


def test_a_gap_in_a_chart_lifts_the_pen() -> None:
    assert charts.path([1, None, 2, 4], 4).count("M") == 2
    chart = Chart("x", "x", "", [Line("a", [0.03, 0.021])], "", "")
    assert chart.top == pytest.approx(0.05)
    assert [charts.rounded_up(value) for value in (0, 1, 7, 51, 200, 0.1)] == [
        1,
        1,
        10,
        100,
        200,
        pytest.approx(0.1),
    ]


def test_a_task_leaves_when_it_ran_and_how_it_ended(client: Client, store: None) -> None:
    flush_spool.apply()
    runs = {work.name: work for work in celery_heartbeats.schedule()}
    last = runs["send spooled events"].last
    assert last is not None
    assert last.state == "SUCCESS"
    assert runs["retrain nightly"].every == "at 3:00"
    assert "Send spooled events" in client.get(PAGE).text


def test_the_versions_are_shown_with_what_they_scored(client: Client, store: None) -> None:
    figures = {"ranker_chosen": 1, "ranker_map12": 0.0311, "blend_map12": 0.02, "train_s": 7.5}
    for day, metrics in enumerate((figures, {"blend_map12": 0.0204}), start=1):
        ModelVersion.objects.create(
            version=f"v{day}",
            created_at=f"2026-01-0{day}T00:00Z",
            status=ModelVersion.Status.READY,
            metrics=metrics,
        )
    page = client.get(PAGE).text
    assert "0.0311" in page
    assert "MAP@12 by model version: MAP@12 at most 0.0311 , last 0.0204" in page


def test_htmx_is_given_the_figures_alone(client: Client) -> None:
    fragment = client.get(PAGE, headers={"HX-Request": "true"}).text
    assert "Events a second" in fragment
    assert "<html" not in fragment


def test_outside_the_demo_the_pipeline_is_for_staff(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    assert client.get(PAGE).headers["Location"].startswith("/admin/login/")
    client.force_login(get_user_model().objects.create_user("clerk", is_staff=True))
    assert client.get(PAGE).status_code == 200


@pytest.mark.usefixtures("no_redis", "no_kafka")
def test_the_pipeline_page_says_what_is_down(client: Client) -> None:
    page = client.get(PAGE).text
    assert "No stream worker is running, or Redis is down" in page
    assert page.count('data-up="no"') >= 2
    metrics = client.get("/metrics")
    assert metrics.status_code == 200
    assert "stream_store_up 0.0" in metrics.text


def test_the_pipeline_says_which_model_is_live_and_that_the_full_one_is_in_training(
    client: Client, stock: object
) -> None:
    ModelVersion.objects.update(metrics={"quick": 1})
    record = ModelVersion.objects.create(version="next", created_at=timezone.now())
    said = f"training the full model since {timezone.localtime(record.created_at):%H:%M}"
    # A killed training holds no lock: its row alone proves nothing.
    page = client.get(PAGE).text
    assert "first look: popularity and content, live since" in page
    assert said not in page
    cache.clear()
    with training_lock():
        assert said in client.get(PAGE).text
