"""Experiments and rules in the admin."""

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from recommendations.attribution.models import Exposure, Outcome, Serving
from recommendations.models import Experiment, Rule
from recommendations.tests.shops import open_shop, train
from recommendations.tests.test_experiments import make
from recommendations.tests.test_rules import stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("root"))
    return client


def address(name: str, *args: object) -> str:
    return reverse(f"admin:recommendations_{name}", args=args)


def test_an_experiment_is_started_ramped_and_stopped_on_record(staff: Client) -> None:
    experiment = make()
    staff.post(address("experiment_start", experiment.pk))
    experiment.refresh_from_db()
    assert experiment.status == "running"
    page = staff.get(address("experiment_change", experiment.pk)).content.decode()
    assert 'name="ramp"' in page
    assert 'name="first_bucket"' not in page
    assert "variants-0-weight" not in page
    staff.post(address("experiment_stop", experiment.pk))
    experiment.refresh_from_db()
    assert (experiment.status, experiment.stopped_why) == ("stopped", "by root")
    words = LogEntry.objects.values_list("change_message", flat=True)
    assert sorted(words) == ["Started.", "Stopped."]


def test_why_an_experiment_cannot_start_is_told(staff: Client) -> None:
    make("first").start()
    page = staff.post(address("experiment_start", make("second").pk), follow=True)
    assert "First already uses some of these buckets" in page.content.decode()


def test_results_show_each_variant_and_what_can_be_said(staff: Client) -> None:
    experiment = make()
    page = staff.get(address("experiment_results", experiment.pk)).content.decode()
    assert "Nobody has seen a shelf of it yet" in page
    for variant, clicks in zip(experiment.variants.all(), (1, 5), strict=True):
        Exposure.objects.bulk_create(
            Exposure(
                variant=variant, shopper=f"c{n}", first_ts=1, clicks=clicks + n % 2, impressions=12
            )
            for n in range(200 * variant.weight)
        )
    page = staff.get(address("experiment_results", experiment.pk)).content.decode()
    assert "<strong>more than the control</strong>" in page
    assert "<svg" in page


def test_a_wrong_variant_is_refused_with_its_field(staff: Client) -> None:
    experiment = make()
    form = {
        "name": "taste", "layer": experiment.layer_id, "kinds": "for-you", "first_bucket": 0,
        "last_bucket": 999, "ramp": 100, "metric": "clicks", "guardrail": 20,
        "variants-TOTAL_FORMS": 1, "variants-INITIAL_FORMS": 0, "variants-0-name": "x",
        "variants-0-weight": 1, "variants-0-parameters": '{"strategy": "magic"}',
    }  # fmt: skip
    page = staff.post(address("experiment_change", experiment.pk), form).content.decode()
    assert "is not one of default, popularity" in page


def test_an_unknown_kind_of_shelf_is_refused(staff: Client) -> None:
    experiment = make()
    experiment.kinds = ["magic"]
    with pytest.raises(Exception, match="Unknown kind of shelf: magic"):
        experiment.full_clean()
    assert Experiment.objects.get().kinds == ["for-you"]


def test_the_preview_shows_both_shelves_and_what_leaves(staff: Client) -> None:
    shop = open_shop()
    train()
    best = shop["shirt"][0]
    rule = stored(action="exclude", target="id", number=best.pk, kinds=["trending"], is_on=False)
    page = staff.get(address("rule_preview", rule.pk), {"kind": "trending"}).content.decode()
    assert page.count(best.name) >= 1
    assert "<strong>leaves</strong>" in page
    unmoved = staff.get(address("rule_preview", rule.pk), {"kind": "for-you"}).content.decode()
    assert "nothing changes" in unmoved
    assert Rule.objects.get().is_on is False


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"kind": "similar"}, "name one"),
        ({"kind": "for-you", "shopper": "me"}, "A shopper is c and"),
        ({"kind": "magic"}, "Select a valid choice"),
        ({"kind": "similar", "article": "x"}, "Select a valid choice"),
    ],
)
def test_a_wrong_preview_names_the_field(staff: Client, query: dict[str, str], error: str) -> None:
    open_shop()
    rule = stored(action="cap", target="product_id", amount=1)
    assert error in staff.get(address("rule_preview", rule.pk), query).content.decode()


def test_what_came_of_the_shelves_is_shown_by_widget_strategy_and_day(staff: Client) -> None:
    page = reverse("admin:recommendations_outcome_changelist")
    assert "Nobody has seen a shelf yet" in staff.get(page).text
    for kind, strategy, day, clicks in (
        ("for-you", "live_blend", 1, 30),
        ("for-you", "live_blend", 2, 50),
        ("for-you", "bundle_popularity", 2, 10),
        ("trending", "live_trends", 2, 4),
    ):
        served, _ = Serving.objects.get_or_create(kind=kind, strategy=strategy)
        Outcome.objects.create(
            day=date(2020, 9, day), serving=served, impressions=1000, clicks=clicks, revenue=0.5
        )
    shown = staff.get(page).context["report"]
    assert [(row.kind, row.strategy, row.impressions, row.clicks) for row in shown.rows] == [
        ("for-you", "live_blend", 2000, 80),
        ("for-you", "bundle_popularity", 1000, 10),
        ("trending", "live_trends", 1000, 4),
    ]
    closer = staff.get(page, {"kind": "for-you"})
    assert [line.last for line in closer.context["report"].chart.lines] == [5.0, 1.0]
    assert "590.00" not in closer.text
    assert "295.00" in closer.text
    assert staff.get(page, {"kind": "<b>"}).context["report"].kind is None


def test_neither_is_for_staff_without_the_right(client: Client) -> None:
    experiment, rule = make(), Rule.objects.create(name="r", action="cap", target="id")
    client.force_login(get_user_model().objects.create_user("clerk", is_staff=True))
    assert client.get(address("experiment_results", experiment.pk)).status_code == 403
    assert client.post(address("experiment_start", experiment.pk)).status_code == 403
    assert client.get(address("rule_preview", rule.pk)).status_code == 403
