"""The admin in daily use: dashboard, previews, versions, dead letters."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from catalog.models import IngestRun
from recommendations.attribution.models import Outcome, Serving
from recommendations.models import ModelVersion
from recommendations.tests.shops import open_shop, train
from storefront.models import Order
from storefront.tests.shops import Shop
from streaming import clock, dead_letters, status
from streaming.connection import client as redis
from streaming.events.schema import View, encode
from streaming.producers.acknowledged import Sender, dead_letter

pytestmark = pytest.mark.django_db
INDEX = reverse("admin:index")
LETTERS = reverse("admin:streaming_deadmessage_changelist")
VERSIONS = reverse("admin:recommendations_modelversion_changelist")


@pytest.fixture(autouse=True)
def _own_bundles(bundles: Path) -> None:
    """Before a test's own fixtures, which may take Redis away."""


def in_role(client: Client, role: str) -> Client:
    user = User.objects.create_user(role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


@pytest.fixture
def lively(store: None) -> None:
    """An order today, one long ago, shelf outcomes, events, an ingest."""
    for number, placed in (("A", clock.now()), ("B", clock.now() - timedelta(days=90))):
        order = Order.objects.create(
            number=number, checkout=f"{ord(number):032x}", shopper="c1", total=10
        )
        Order.objects.filter(pk=order.pk).update(placed_at=placed)
    serving = Serving.objects.create(kind="for-you", strategy="live_blend")
    for day, clicks in ((21, 5), (22, 20)):
        Outcome.objects.create(
            day=f"2020-09-{day}", serving=serving, impressions=500, clicks=clicks
        )
    status.count_events(redis(), 1234)
    IngestRun.objects.create(status=IngestRun.Status.DONE, report={"rows": 31_788_324})


def test_the_first_page_says_how_the_shop_goes(admin_client: Client, lively: None) -> None:
    page = admin_client.get(INDEX).text
    assert "1 today" in page
    assert "2.50%" in page
    assert "25 of 1,000 cards seen" in page
    assert "1,234 today" in page
    assert "31,788,324 rows" in page
    assert "nothing was trained yet" in page
    assert 'aria-label="Click-through a day: of cards seen at most 0.04' in page
    assert page.count('<path class="bar" d="M') == 2


@pytest.mark.parametrize(
    ("role", "seen"),
    [("merchandiser", 2), ("support", 2), ("data", 5)],
)
def test_a_role_sees_no_panel_it_has_no_right_to(
    client: Client, lively: None, role: str, seen: int
) -> None:
    assert in_role(client, role).get(INDEX).text.count('<section class="panel">') == seen


@pytest.mark.usefixtures("no_redis")
def test_the_first_page_opens_with_redis_down(admin_client: Client) -> None:
    assert "Redis is down" in admin_client.get(INDEX).text


def test_an_article_leads_to_the_shop_and_to_what_goes_with_it(
    admin_client: Client, shop: Shop, store: None
) -> None:
    train()
    page = admin_client.get(reverse("admin:catalog_article_change", args=[shop.shirt.pk])).text
    with_it = reverse("admin:recommendations_with_article", args=[shop.shirt.pk])
    assert reverse("product", args=[shop.shirt.article_id]) in page
    assert with_it in page
    preview = admin_client.get(with_it).text
    assert "Another colour" in preview
    assert reverse("admin:catalog_article_change", args=[shop.other_colour.pk]) in preview


def test_a_customer_s_recommendations_are_explained_and_leave_no_trace(
    admin_client: Client, shop: Shop, store: None
) -> None:
    train()
    clock.set_now(int(datetime(2020, 9, 3, tzinfo=UTC).timestamp() * 1000))
    to_them = reverse("admin:recommendations_to_customer", args=[shop.customer.pk])
    change = reverse("admin:catalog_customer_change", args=[shop.customer.pk])
    assert to_them in admin_client.get(change).text
    preview = admin_client.get(to_them).text
    assert "for-you by history_blend" in preview
    assert "The generators gave:" in preview
    assert "purchase, 1 day ago" in preview
    assert not Serving.objects.exists()


def test_previews_are_for_whoever_may_see_their_subject(
    client: Client, shop: Shop, store: None
) -> None:
    with_it = reverse("admin:recommendations_with_article", args=[shop.shirt.pk])
    to_them = reverse("admin:recommendations_to_customer", args=[shop.customer.pk])
    in_role(client, "merchandiser")
    assert [client.get(url).status_code for url in (with_it, to_them)] == [200, 403]
    in_role(client, "support")
    assert [client.get(url).status_code for url in (with_it, to_them)] == [200, 200]
    User.objects.create_user("nobody", is_staff=True)
    client.force_login(User.objects.get(username="nobody"))
    assert [client.get(url).status_code for url in (with_it, to_them)] == [403, 403]


def test_one_click_goes_back_to_the_version_before(client: Client) -> None:
    open_shop(2)
    old, new = train(), train(datetime(2020, 9, 22, tzinfo=UTC))
    for version, score in ((old, 0.0299), (new, 0.0312)):
        ModelVersion.objects.filter(pk=version.pk).update(metrics={"blend_map12": score})
    page = in_role(client, "data").get(VERSIONS).text
    back = reverse("admin:recommendations_serve", args=[old.pk])
    assert f"Go back to {old}" in page
    assert "MAP@12 by model version: MAP@12 at most 0.0312" in page
    assert client.get(back).status_code == 405
    assert f"serves from {old}" in client.post(back, follow=True).text
    assert ModelVersion.objects.active().get() == old
    assert "Go back to" not in client.get(VERSIONS).text
    change = reverse("admin:recommendations_modelversion_change", args=[new.pk])
    assert reverse("admin:recommendations_serve", args=[new.pk]) in client.get(change).text
    assert LogEntry.objects.get().get_change_message().startswith("Activated")
    in_role(client, "merchandiser")
    assert client.post(back).status_code == 403


def test_dead_letters_are_read_and_sent_again(client: Client, log: str, store: None) -> None:
    event = View(id="e1", shopper="c1", ts=clock.now_ms(), source="api", article=1)
    letters = [
        dead_letter(b'{"type": "nonsense"}', "Invalid value 'nonsense'", log, 3, 7),
        dead_letter(encode(event), "a bug of yesterday", log, 0, 8),
    ]
    assert Sender().send(letters) == []
    page = in_role(client, "data").get(LETTERS).text
    assert "2 letters" in page
    assert "partition 3, offset 7" in page
    assert "{&quot;type&quot;: &quot;nonsense&quot;}" in page
    assert "Choose at least one" in client.post(LETTERS, {"chosen": ""}, follow=True).text
    numbers = {letter.error: number for number, letter in dead_letters.dead_letters()}
    told = client.post(LETTERS, {"letter": numbers["a bug of yesterday"]}, follow=True).text
    assert "1 sent again." in told
    assert LogEntry.objects.get().change_message == "Sent 1 again: [1]."
    in_role(client, "support")
    assert client.get(LETTERS).status_code == 403
    assert client.post(LETTERS, {"all": "1"}).status_code == 403


@pytest.mark.usefixtures("no_kafka")
def test_dead_letters_say_that_kafka_is_down(client: Client) -> None:
    assert "Kafka is down" in in_role(client, "data").get(LETTERS).text
