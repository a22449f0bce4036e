"""The catalogue's background tasks."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from PIL import Image

from catalog.images.library import picture_path
from catalog.images.urls import WIDTHS
from catalog.tasks import warm_renditions
from catalog.tests.factories import make_article
from web.tasks import run_soon

pytestmark = pytest.mark.django_db


def picture(root: Path, article: int) -> Path:
    path = picture_path(root, article)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 60), "teal").save(path)
    return path


def test_best_sellers_are_rendered_in_every_width(tmp_path: Path, settings: LazySettings) -> None:
    settings.IMAGES_DIR, settings.RENDITIONS_DIR = tmp_path / "images", tmp_path / "renditions"
    other, broken, best = (
        make_article(has_picture=True, units_recent=units) for units in (1, 2, 3)
    )
    for article in (other, broken, best):
        picture(settings.IMAGES_DIR, article.pk)
    picture_path(settings.IMAGES_DIR, broken.pk).write_bytes(b"\xff\xd8\xff" + bytes(200))
    assert warm_renditions(count=2) == 1
    made = list(settings.RENDITIONS_DIR.rglob("*.webp"))
    assert {int(path.name.split("-")[0]) for path in made} == set(WIDTHS)
    assert {int(path.name.split("-")[1]) for path in made} == {best.pk}


def ask_broker_at(address: str) -> None:
    """Point Celery at this address, dropping its open connections."""
    app = warm_renditions.app
    app.conf.update(broker_url=address)
    app._after_fork()  # type: ignore[attr-defined]


@pytest.fixture
def no_broker() -> Iterator[None]:
    """Celery uses a port where nothing listens; afterwards no connection to it remains."""
    address = warm_renditions.app.conf.broker_url
    ask_broker_at("redis://127.0.0.1:1/0")
    yield
    ask_broker_at(address)


@pytest.mark.usefixtures("no_broker")
def test_without_a_broker_an_ingest_ends_well(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        run_soon("catalog.warm_renditions")
    assert "Could not queue catalog.warm_renditions" in caplog.text


@pytest.mark.parametrize("name", ["catalog.warm_renditions", "recommendations.train"])
def test_what_takes_minutes_is_queued_apart_from_what_shoppers_wait_for(name: str) -> None:
    queue = {task: queue_of(task) for task in (name, "streaming.relay_outbox")}
    assert queue == {name: "long", "streaming.relay_outbox": "default"}


def queue_of(task: str) -> str:
    """The queue Celery sends it to."""
    routed = warm_renditions.app.amqp.router.route({}, task)["queue"]
    return str(routed.name)
