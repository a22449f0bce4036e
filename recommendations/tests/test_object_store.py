"""Bundles by way of an object store: in fsspec's memory, with the calls of any other."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest
from django.conf import LazySettings

from recommendations.bundle.format import MANIFEST, BundleError
from recommendations.bundle.object_store import fetch
from recommendations.bundle.registry import registry
from recommendations.bundle.versions import KEEP
from recommendations.tests.shops import open_shop, train

pytestmark = pytest.mark.django_db
STORE = "memory://shop/bundles"
NOON = datetime(2020, 9, 21, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def store(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.BUNDLES_URL = STORE
    monkeypatch.setattr(registry.poll, "seconds", 0.0)
    open_shop(2)
    yield
    fsspec.filesystem("memory").rm("/shop", recursive=True)


def test_another_machine_serves_the_version_from_the_store() -> None:
    version = train()
    shutil.rmtree(version.folder.parent)  # as on a machine that didn't train it
    bundle = registry.active()
    assert bundle is not None
    assert bundle.version == version.version


def test_a_bundle_without_its_manifest_is_not_there_yet() -> None:
    """As while it is uploaded: the manifest comes last."""
    version = train()
    shutil.rmtree(version.folder)
    fsspec.filesystem("memory").rm(f"/shop/bundles/{version}/{MANIFEST}")
    with pytest.raises(BundleError, match="has no bundle"):
        fetch(version.folder)
    assert list(Path(version.folder.parent).iterdir()) == []


def test_a_store_that_is_down_leaves_the_old_version_in_charge(settings: LazySettings) -> None:
    first = train()
    assert registry.active() is not None
    second = train(now=NOON + timedelta(hours=1))
    shutil.rmtree(second.folder)
    settings.BUNDLES_URL = "file:///nowhere/at/all"
    bundle = registry.active()
    assert bundle is not None
    assert bundle.version == first.version


def test_pruned_versions_leave_the_store_too() -> None:
    versions = [train(now=NOON + timedelta(hours=n)).version for n in range(KEEP + 1)]
    kept = {Path(place).name for place in fsspec.filesystem("memory").ls("/shop/bundles", False)}
    assert kept == set(versions[1:])
