"""The bundle a process serves from follows the active version."""

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections
from pytest_django import DjangoAssertNumQueries

from recommendations.bundle.format import BundleError
from recommendations.bundle.registry import registry
from recommendations.bundle.versions import activate, prune
from recommendations.models import ModelVersion
from recommendations.recommenders.kinds import Kind
from recommendations.serving.serving import recommend
from recommendations.serving.warming import warm
from recommendations.tests.shops import open_shop, train

NOON = datetime(2020, 9, 21, 12, tzinfo=UTC)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request checks which version is active."""
    monkeypatch.setattr(registry.poll, "seconds", 0.0)


def serving() -> str | None:
    bundle = registry.active()
    return bundle.version if bundle else None


@pytest.mark.django_db
@pytest.mark.usefixtures("impatient")
def test_a_new_version_is_taken_up_and_an_old_one_restored() -> None:
    open_shop(2)
    assert serving() is None
    first = train()
    assert serving() == first.version
    second = train(NOON)
    assert serving() == second.version
    activate(first)
    assert serving() == first.version
    assert ModelVersion.objects.active().get() == first


@pytest.mark.django_db
def test_the_database_is_asked_once_a_second(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    open_shop(1)
    train()
    with django_assert_num_queries(1):
        for _ in range(100):
            registry.active()


@pytest.mark.django_db
def test_a_prepared_process_has_opened_the_model(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    open_shop(2)
    warm()  # without a model there is nothing to open
    registry.reset()
    version = train().version
    registry.reset()
    warm()
    with django_assert_num_queries(0):
        assert serving() == version


@pytest.mark.django_db
@pytest.mark.usefixtures("impatient")
def test_a_torn_bundle_leaves_the_one_before_in_place(caplog: pytest.LogCaptureFixture) -> None:
    open_shop(2)
    first = train()
    assert serving() == first.version
    second = train(NOON)
    (second.folder / "names.npy").write_bytes(b"torn")
    assert [serving() for _ in range(5)] == [first.version] * 5
    assert caplog.text.count("is unusable") == 1


@pytest.mark.django_db
def test_a_process_that_starts_with_a_torn_bundle_degrades() -> None:
    shop = open_shop(3)
    (train().folder / "neighbours.npy").unlink()
    shelf = recommend(Kind.SIMILAR, article=shop["dress"][0].pk)
    assert shelf.degraded
    assert shelf.strategy == "postgres_same_type"
    assert shelf.model_version is None
    assert len(shelf.items) == 2


@pytest.mark.django_db
def test_a_damaged_bundle_can_not_be_activated() -> None:
    open_shop(1)
    first = train()
    second = train(NOON)
    with (first.folder / "vectors.npy").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x7f")
    with pytest.raises(BundleError, match="checksum"):
        activate(first)
    assert ModelVersion.objects.active().get() == second


@pytest.mark.django_db
@pytest.mark.usefixtures("impatient")
def test_a_bundle_removed_from_disk_serves_whoever_still_holds_it(bundles: Path) -> None:
    shop = open_shop(3)
    train()
    held = registry.active()
    for n in range(1, 5):
        train(NOON + timedelta(minutes=n))
    prune(1)
    assert held is not None
    assert not (bundles / held.version).exists()
    assert held.name(0) == shop["shirt"][0].name
    assert held.neighbours.shape[0] == 12


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("impatient")
def test_versions_are_swapped_under_load_without_one_failed_request() -> None:
    dress = open_shop(3)["dress"][0].pk
    versions = [train(), train(NOON)]
    seen: set[str | None] = set()
    failures: list[object] = []
    stop = threading.Event()

    def serve() -> None:
        try:
            while not stop.is_set():
                shelf = recommend(Kind.SIMILAR, article=dress)
                seen.add(shelf.model_version)
                if shelf.degraded or not shelf.items:
                    failures.append(shelf)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=serve) for _ in range(4)]
    for thread in threads:
        thread.start()
    swaps, deadline = 0, time.monotonic() + 180
    while swaps < 20 or (len(seen) < 2 and time.monotonic() < deadline):
        activate(versions[swaps % 2])
        time.sleep(0.02)
        swaps += 1
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert seen == {version.version for version in versions}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("impatient")
def test_with_postgresql_down_the_bundle_at_hand_serves_on(monkeypatch: pytest.MonkeyPatch) -> None:
    dress = open_shop(3)["dress"][0].pk
    version = train()
    assert serving() == version.version
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    assert recommend(Kind.SIMILAR, article=dress).model_version == version.version
