"""Model versions in the admin."""

from datetime import UTC, datetime

import pytest
from celery import current_app
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from recommendations.models import ModelVersion
from recommendations.tests.shops import open_shop, train

pytestmark = pytest.mark.django_db
LIST = reverse("admin:recommendations_modelversion_changelist")
TRAIN = reverse("admin:recommendations_train")


@pytest.fixture
def versions() -> list[ModelVersion]:
    open_shop(2)
    return [train(), train(datetime(2020, 9, 22, tzinfo=UTC))]


def act(client: Client, *chosen: ModelVersion) -> str:
    form = {"action": "activate_version", "_selected_action": [version.pk for version in chosen]}
    return client.post(LIST, form, follow=True).content.decode()


def test_the_list_shows_what_each_version_knows(
    admin_client: Client, versions: list[ModelVersion]
) -> None:
    page = admin_client.get(LIST).content.decode()
    assert all(version.version in page for version in versions)
    assert "Neighbours of one type" in page
    assert "Train now" in page


def test_an_older_version_can_be_restored(
    admin_client: Client, versions: list[ModelVersion]
) -> None:
    assert f"serves from {versions[0]}" in act(admin_client, versions[0])
    assert ModelVersion.objects.active().get() == versions[0]


def test_who_activated_a_version_is_written_down(
    admin_client: Client, admin_user: User, versions: list[ModelVersion]
) -> None:
    act(admin_client, versions[0])
    entry = LogEntry.objects.get()
    assert (entry.user, entry.get_edited_object()) == (admin_user, versions[0])
    assert "Activated" in entry.get_change_message()


def test_a_damaged_version_stays_out(admin_client: Client, versions: list[ModelVersion]) -> None:
    (versions[0].folder / "names.npy").unlink()
    assert "names.npy" in act(admin_client, versions[0])
    assert ModelVersion.objects.active().get() == versions[1]
    assert not LogEntry.objects.exists()


def test_two_versions_at_once_are_refused(
    admin_client: Client, versions: list[ModelVersion]
) -> None:
    assert "exactly one" in act(admin_client, *versions)


def test_the_manifest_can_be_read_and_not_changed(
    admin_client: Client, versions: list[ModelVersion]
) -> None:
    url = reverse("admin:recommendations_modelversion_change", args=[versions[0].pk])
    page = admin_client.get(url).content.decode()
    assert "data_fingerprint" in page
    admin_client.post(url, {"version": "other", "status": "failed"})
    versions[0].refresh_from_db()
    assert versions[0].status == "ready"


def test_train_now_puts_the_task_into_the_queue(admin_client: Client) -> None:
    with current_app.connection_for_write() as connection:
        queue = connection.SimpleQueue("long")
        queue.clear()
        page = admin_client.post(TRAIN, follow=True).content.decode()
        assert "on its way" in page
        message = queue.get(timeout=180)
        message.ack()
        assert message.headers["task"] == "recommendations.train"
    assert LogEntry.objects.get().get_change_message() == "Asked for a training."


def test_train_now_needs_a_post_and_the_right_to_change(
    admin_client: Client, client: Client
) -> None:
    assert admin_client.get(TRAIN).status_code == 405
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_modelversion"))
    client.force_login(reader)
    assert client.get(LIST).status_code == 200
    assert client.post(TRAIN).status_code == 403


@pytest.mark.parametrize("row", ["abc", "\0", "1e5", "-1"])
def test_an_action_on_rows_that_cannot_exist_is_refused(admin_client: Client, row: str) -> None:
    form = {"action": "activate_version", "_selected_action": ["1", row]}
    assert admin_client.post(LIST, form).status_code == 400
