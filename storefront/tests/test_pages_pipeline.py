import msgspec
import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings

from streaming import keys
from streaming.connection import client as store
from streaming.status import Meter

pytestmark = pytest.mark.django_db
PAGE = "/ops/"


def test_the_pipeline_shows_a_worker_and_how_far_behind_it_is(client: Client) -> None:
    meter = Meter(worker="stream@test", state="running", ends={0: 1_234_567})
    status = meter.report("topic", {0: 1_234_500})
    store().set(keys.status(status.worker), msgspec.json.encode(status), ex=15)
    page = client.get(PAGE).content.decode()
    assert "stream@test" in page
    assert "<dt>Events behind</dt><dd>67</dd>" in page
    assert 'stream_lag{partition="0"} 67.0' in client.get("/metrics").content.decode()
    store().delete(keys.status(status.worker))


def test_htmx_is_given_the_figures_alone(client: Client) -> None:
    fragment = client.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert "Events a second" in fragment
    assert "<html" not in fragment


def test_outside_the_demo_the_pipeline_is_for_staff(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    assert client.get(PAGE).url.startswith("/admin/login/")  # type: ignore[attr-defined]
    client.force_login(get_user_model().objects.create_user("clerk", is_staff=True))
    assert client.get(PAGE).status_code == 200


@pytest.mark.usefixtures("no_redis", "no_kafka")
def test_the_pipeline_page_says_what_is_away(client: Client) -> None:
    page = client.get(PAGE).content.decode()
    assert "No stream worker is running, or Redis is away" in page
    assert page.count('data-up="no"') >= 2
    assert client.get("/metrics").status_code == 503
