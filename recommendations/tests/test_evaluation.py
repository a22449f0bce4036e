"""Evaluation: splits don't leak the future, the command reports, the admin links to it."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from lightgbm import Booster

from catalog.tests.factories import make_article, make_customer, make_transaction
from recommendations.dataset.facts import facts_of
from recommendations.dataset.inputs import Inputs, Sales, day_number
from recommendations.dataset.splits import rolling, truth_of
from recommendations.evaluation.baselines import repurchase
from recommendations.evaluation.methods import bundle_of
from recommendations.evaluation.run import Plan, evaluate_split
from recommendations.models import ModelVersion
from recommendations.ranking.features import REGISTRY, Group
from recommendations.ranking.pipeline import predicted_rows
from recommendations.tests.shops import AS_OF, rebuyers, sales_on, some_inputs, train
from recommendations.training.pipeline import look_likeness, rankers_without
from recommendations.training.ranker import sales, slices

TODAY = day_number(AS_OF)


def quiet(line: str) -> None:
    """Discards progress messages."""


def days(sales: Sales) -> np.ndarray:
    return sales.day


def lists_of(inputs: Inputs, days: int = 7) -> np.ndarray:
    split = next(rolling(inputs, days, 1))
    likes = look_likeness(split.past, facts_of(split.past), quiet)
    return predicted_rows(bundle_of(split.past, likes, quiet), np.arange(200, dtype=np.int32), 12)


def test_windows_lie_back_to_back_and_know_only_what_was_before() -> None:
    splits = list(rolling(some_inputs(), 7, 3))
    assert [split.past.as_of_day for split in splits] == [TODAY - 7, TODAY - 14, TODAY - 21]
    for split in splits:
        past, later = (own.parts.reduce(days, np.concatenate) for own in (split.past, split.later))
        assert past.max() <= split.past.as_of_day
        assert later.min() > split.past.as_of_day
        assert later.max() <= split.past.as_of_day + 7


def test_purchases_after_the_as_of_day_change_no_recommendation_by_a_bit() -> None:
    inputs = rebuyers()
    sales = inputs.sales
    late = sales.day > TODAY - 7
    shifted = replace(sales, row=np.where(late, (sales.row + 17) % 300, sales.row).astype(np.int32))
    before = lists_of(inputs)
    after = lists_of(replace(inputs, pieces=[shifted]))
    assert before.tobytes() == after.tobytes()
    assert (before >= 0).all()


def test_what_was_bought_is_counted_once_per_customer() -> None:
    later = replace(sales_on([4, 4, 5], [TODAY] * 3), customer=np.array([9, 9, 3], np.int32))
    truth = truth_of(later, 10)
    assert (truth.customers.tolist(), truth.bought) == ([3, 9], [{5}, {4}])
    assert len(truth_of(later, 1).customers) == 1


def test_the_known_are_those_who_bought_before_the_window() -> None:
    inputs = rebuyers()
    newcomers = inputs.sales.day > TODAY - 7
    newcomers &= inputs.sales.customer % 2 == 0
    customer = np.where(newcomers, inputs.sales.customer + 10_000, inputs.sales.customer)
    split = next(
        rolling(
            replace(inputs, pieces=[replace(inputs.sales, customer=customer.astype("i4"))]), 7, 1
        )
    )
    likes = look_likeness(split.past, facts_of(split.past), quiet)
    plan = Plan(holdout_days=7, k=12, rolls=1, customers=1000)
    everybody, known = (
        evaluate_split(split, replace(plan, known=known), likes).activity for known in (False, True)
    )
    assert (everybody == 0).any()
    assert (known > 0).all()
    assert (known > 0).sum() == (everybody > 0).sum()


def test_repurchase_puts_the_last_bought_first_and_fills_up_with_best_sellers() -> None:
    sales = sales_on([1, 2, 3, 3], [TODAY - 40, TODAY - 9, TODAY - 1, TODAY - 1])
    own = replace(sales, customer=np.array([1, 1, 2, 3], np.int32))
    found = repurchase(replace(some_inputs(5, 0), pieces=[own]), np.array([1, 8], np.int32), 3)
    assert found.tolist() == [[2, 3, -1], [3, -1, -1]]


@pytest.mark.django_db
def test_the_command_reports_and_the_admin_links_the_report(
    tmp_path: Path, admin_client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    articles = [make_article(name=f"Shirt {n}") for n in range(6)]
    for n in range(8):
        customer = make_customer(age=20 + 5 * n)
        for day in (3, 10, 18, 20):
            for article in articles[n % 3 : n % 3 + 3]:
                make_transaction(article=article, customer=customer, t_dat=date(2020, 9, day))
    version = train()
    target = tmp_path / "numbers.json"
    call_command("evaluate_recommendations", "--json", str(target))
    found = json.loads(target.read_text())
    assert found["methods"]["for-you"]["recall@12"]["mean"] == 1.0
    assert found["customers"] == 8
    assert found["next in session"]["baskets"] == 16
    recall = found["candidate recall"]["everybody"]
    assert recall["all"]["recall@50"] == recall["again"]["recall@50"] == 1.0
    assert recall["all"].keys() == {"recall@50", "recall@100", "recall@200", "recall@500"}
    ahead = found["for-you minus"]["known"]
    assert ahead.keys() == found["methods"].keys() - {"for-you"}
    assert ahead["last-week popularity"]["interval"][0] > 0
    assert found["map without"]["for-you"]["difference"] == [0.0, 0.0]
    assert found["map without"]["again"]["difference"][0] < 0
    assert all(method["recall@12"]["mean"] <= 1 for method in found["methods"].values())
    assert found["ranker"][0].endswith("the blend ranks alone")
    (window,) = found["windows"]
    assert (window["after"], window["customers"]) == ("2020-09-13", 8)
    assert window["methods"].keys() == found["methods"].keys()
    assert window["for-you minus"]["for-you, blend alone"]["interval"] == [0.0, 0.0]
    said = capsys.readouterr().out
    assert "8 customers" in said
    assert "window after 2020-09-13: 8 customers, for-you" in said
    page = admin_client.get(f"/admin/recommendations/modelversion/{version.pk}/change/")
    address = f"/admin/recommendations/modelversion/{version.pk}/evaluation/"
    assert address in page.content.decode()
    report = admin_client.get(address).content.decode()
    assert "repurchase + popularity" in report
    other = ModelVersion.objects.create(version="none", created_at=version.created_at)
    assert admin_client.get(address.replace(str(version.pk), str(other.pk))).status_code == 404


@pytest.mark.django_db
def test_the_competitions_protocol_stands_beside_published_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(5):
        customer, article = make_customer(), make_article()
        for day in (3, 10, 20):
            make_transaction(article=article, customer=customer, t_dat=date(2020, 9, day))
    target = tmp_path / "numbers.json"
    call_command(
        "evaluate_recommendations", "--kaggle", "--holdout-days", "3", "--json", str(target)
    )
    found = json.loads(target.read_text())
    assert (found["plan"]["holdout_days"], found["plan"]["k"], found["customers"]) == (7, 12, 5)
    assert found["published"]["the best public LightGBM"] == "0.0362"
    said = capsys.readouterr().out
    assert "these are 5 articles and 15 sales" in said
    assert "published" in said


def test_what_a_ranker_is_worth_without_each_group_of_features(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "MIN_OF_WEEK", 20)
    monkeypatch.setattr(sales, "ROUNDS", 3)
    split = next(rolling(rebuyers(), 7, 1))
    texts = rankers_without(split.past)
    assert texts.keys() == {group.value for group in Group if group is not Group.LIVE}
    without = Booster(model_str=texts["sales"].tobytes().decode()).feature_name()
    assert {f.name for f in REGISTRY} - set(without) == {
        f.name for f in REGISTRY if f.group in (Group.SALES, Group.LIVE)
    }


@pytest.mark.django_db
def test_the_command_says_what_is_wrong() -> None:
    with pytest.raises(CommandError, match="holdout-days"):
        call_command("evaluate_recommendations", "--holdout-days", "0")
    with pytest.raises(CommandError, match="no article"):
        call_command("evaluate_recommendations")
    make_transaction(article=make_article(), t_dat=date(2020, 9, 20))
    with pytest.raises(CommandError, match="no window"):
        call_command("evaluate_recommendations")
