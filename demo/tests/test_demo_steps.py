"""When the demo trains, and when existing models suffice."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from catalog.models import IngestRun
from demo.run.steps import needs_first_model, needs_full_model
from recommendations.bundle.format import MANIFEST
from recommendations.tests.shops import open_shop, train

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ingested(tmp_path: Path, settings: Settings) -> None:
    settings.BUNDLES_DIR = tmp_path
    open_shop()
    IngestRun.objects.create(
        status=IngestRun.Status.DONE,
        data_dir="/data",
        finished_at=datetime(2020, 9, 20, tzinfo=UTC),
    )


def test_it_trains_on_new_rows_and_then_no_more() -> None:
    assert needs_first_model()
    assert needs_full_model()
    train()
    assert not needs_first_model()
    assert not needs_full_model()


def test_after_a_quick_model_it_still_needs_the_full_one() -> None:
    train(quick=True)
    assert not needs_first_model()
    assert needs_full_model()


def test_new_rows_are_learned_while_the_model_of_before_serves() -> None:
    train()
    IngestRun.objects.create(
        status=IngestRun.Status.DONE, data_dir="/data", finished_at=timezone.now()
    )
    assert not needs_first_model()
    assert needs_full_model()


def test_it_trains_again_where_this_release_cannot_read_the_model() -> None:
    version = train()
    manifest = version.folder / MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(b'"format"', b'"was"'))
    assert needs_first_model()
    assert needs_full_model()
