"""Simulated shoppers: what they like, how they choose, and a visit to the real shop."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.container import ErrorbarContainer
from pytest_django.live_server_helper import LiveServer
from selectolax.lexbor import LexborHTMLParser

from demo.data.dataset import Parameters, generate
from demo.shoppers import choice, ground_truth, plots
from demo.shoppers.adaptation import Followed, alike, two_tastes
from demo.shoppers.browser import Page, ShopError
from demo.shoppers.choice import ShopperModel
from demo.shoppers.comparison import Comparison
from demo.shoppers.crowd import Crowd, Plan, by_shelf, comers, figures, run
from demo.shoppers.ground_truth import GroundTruth
from demo.shoppers.shopper import ShelfImpression, checkout_form, typed
from demo.shoppers.studies import STUDIES, part, summary
from recommendations.experiments.statistics import Interval


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("generated") / "data"
    generate(Parameters(300, 400, 6000, 5), out, lambda _: None)
    return out


@pytest.fixture(scope="module")
def truth(folder: Path) -> GroundTruth:
    return ground_truth.read(folder)


def test_customers_buy_what_their_minds_like(truth: GroundTruth, folder: Path) -> None:
    """The files' last week agrees with the likings that the shoppers use."""
    lines = (folder / "transactions_train.csv").read_text().splitlines()[-60:]
    order = {
        line.split(",", 1)[0]: place
        for place, line in enumerate((folder / "customers.csv").read_text().splitlines()[1:])
    }
    bought = [line.split(",") for line in lines]
    liked = [
        truth.liking[truth.cluster[order[of[1].strip('"')]], truth.row[int(of[2].strip('"'))]]
        for of in bought
    ]
    sold = truth.liking[truth.liking > ground_truth.UNWANTED]
    assert np.median(liked) > np.quantile(sold, 0.75)


def test_a_folder_without_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="isn't a data set of generate_hm"):
        call_command("simulate_shoppers", data_dir=tmp_path)


@pytest.mark.parametrize(
    ("argument", "error"),
    [
        ("--shoppers=0", "--shoppers: '0' is not a number above zero"),
        ("--think=-1", "--think: '-1' is not a number above zero, nor zero"),
        ("--known=2", "--known: '2' is not between 0 and 1"),
    ],
)
def test_options_out_of_range_are_named(argument: str, error: str) -> None:
    with pytest.raises(CommandError, match=error):
        call_command("simulate_shoppers", argument)


@given(st.integers(0, 10_000))
def test_clicks_come_as_often_as_the_shelf_is_said_to_be_worth(seed: int) -> None:
    rng, dice = np.random.default_rng(seed), Random(seed)
    chances = choice.attention(5) * rng.uniform(0, 0.3, 5)
    trials = 3000
    clicked = sum(any(dice.random() < chance for chance in chances) for _ in range(trials))
    worth = choice.shelf_value(chances)
    assert abs(clicked / trials - worth) < 5 * np.sqrt(worth * (1 - worth) / trials) + 1e-9


def test_looking_follows_the_chances(truth: GroundTruth) -> None:
    ids = [a for a, row in truth.row.items() if truth.liking[0, row] > 0][:6]
    mind, dice = ShopperModel(0, 10_000), Random(2)
    clicked = Counter(choice.look(dice, truth, mind, ids)[1] for _ in range(5000))
    worth = choice.shelf_value(choice.click_chance(truth, mind, ids))
    assert 1 - clicked[None] / 5000 == pytest.approx(worth, abs=0.025)


def test_no_shelf_is_worth_more_than_the_best(truth: GroundTruth) -> None:
    ids, dice = list(truth.row), Random(3)
    for cluster in range(0, 60, 7):
        mind = ShopperModel(cluster, 10_000)
        best = choice.best_value(truth, mind, 8)
        for _ in range(20):
            shelf = choice.click_chance(truth, mind, dice.sample(ids, 8))
            assert choice.shelf_value(shelf) <= best + 1e-9


def test_what_was_opened_and_what_costs_too_much_is_left(truth: GroundTruth) -> None:
    article, row = next((a, r) for a, r in truth.row.items() if truth.liking[0, r] > 1)
    mind = ShopperModel(0, int(truth.cents[row]) - 1)
    assert not any(choice.adds(Random(n), truth, mind, row) for n in range(50))
    rich = ShopperModel(0, 10**6)
    assert any(choice.adds(Random(n), truth, rich, row) for n in range(50))
    before = choice.utility(truth, mind, [article])[0]
    mind.goal = int(truth.sort[row])
    assert choice.utility(truth, mind, [article])[0] == before + choice.GOAL
    mind.known.add(row)
    assert choice.utility(truth, mind, [article])[0] == ground_truth.UNWANTED < before


def test_a_planted_partner_of_the_bag_is_wanted_more(truth: GroundTruth) -> None:
    pairs = [
        (a, b)
        for a in range(len(truth.kind))
        for b in range(len(truth.kind))
        if truth.liking[0, a] > -1 and truth.goes_with(a, b) > 0.3
    ]
    wanted, other = pairs[0]
    article = list(truth.row)[wanted]
    alone, bagged = ShopperModel(0, 1), ShopperModel(0, 1, bag=[other])
    gain = choice.utility(truth, bagged, [article]) - choice.utility(truth, alone, [article])
    assert gain[0] > 0.3


def test_tastes_of_a_change_are_far_apart(truth: GroundTruth) -> None:
    old, new = two_tastes(truth, Random(1))
    pairs = [alike(truth, a, b) for a in range(0, 60, 5) for b in range(a)]
    assert alike(truth, old, new) < np.quantile(pairs, 0.25)
    assert Followed([-0.4, -0.1, 0.2, 0.3]).events == 2
    assert Followed([-0.4, -0.1]).events is None


HTML = """<body hx-headers='{"X-CSRFToken": "t"}'><main>
<section data-rec="r-1" data-widget="for-you" data-strategy="s"><ul>
<li data-article="0000000007" data-position="1"><a href="/article/0000000007/?rec=r-1">x</a></li>
<li data-article="0000000008" data-position="2"><span>no link</span></li></ul></section>
<form method="post" action="/checkout/"><input type="hidden" name="a" value="1">
<input name="city"><input type="radio" name="r" value="x"><input type="radio" name="r" value="y"
checked><select name="s"><option value="1"><option value="2" selected></select></form></main></body>
"""


def test_the_browser_reads_shelves_forms_and_the_token() -> None:
    page = Page("http://shop/checkout/", LexborHTMLParser(HTML))
    (shelf,) = page.shelves()
    assert (shelf.widget, shelf.strategy, shelf.articles) == ("for-you", "s", [7])
    assert page.csrf() == "t"
    assert page.form("/checkout/") == {"a": "1", "city": "", "r": "y", "s": "2"}
    assert page.form("/else/") is None
    assert checkout_form(page) == (
        "/checkout/", {"a": "1", "city": "Synthetia", "r": "y", "s": "2"}
    )  # fmt: skip


def test_a_page_without_the_next_step_is_the_shops_fault() -> None:
    page = Page("http://shop/bag/", LexborHTMLParser("<main><form method=post action=/bag/>"))
    with pytest.raises(ShopError, match="found no form to continue with"):
        checkout_form(page)


@pytest.mark.parametrize(
    ("name", "text"),
    [("e-mail", "sim@example.org"), ("postcode", "12345"), ("City", "Synthetia"), ("name", "Sim")],
)
def test_an_address_is_typed_by_the_names_of_its_fields(name: str, text: str) -> None:
    assert typed(name) == text


def shown(widget: str, strategy: str, clicked: int | None, value: float) -> ShelfImpression:
    return ShelfImpression(0, 1, widget, strategy, "r", 3, value, 0.5, clicked, 1.0)


def test_a_report_sums_shelves_by_widget_and_strategy() -> None:
    rows = by_shelf([
        shown("for-you", "live", 1, 0.3), shown("for-you", "live", None, 0.1),
        shown("trending", "live", None, 0.2),
    ])  # fmt: skip
    assert [(row["widget"], row["looked_at"], row["clicked"]) for row in rows] == [
        ("for-you", 2, 0.5), ("trending", 1, 0.0),
    ]  # fmt: skip
    assert rows[0]["value"] == 0.2
    assert rows[0]["regret"] == 0.3


def test_a_crowd_times_pages_while_it_is_complete() -> None:
    crowd = Crowd(places=2)
    with crowd.one_more():
        crowd.report_progress("home", 0.1, 200)
        with crowd.one_more():
            crowd.report_progress("home", 0.2, 503)
            crowd.report_progress("bag", 0.3, 0)
    assert (crowd.seconds["home"], crowd.full["home"]) == ([0.1, 0.2], [0.2])
    assert dict(crowd.failures) == {"home: 503": 1, "bag: no answer": 1}
    assert crowd.full_s > 0
    assert crowd.inside == 0


def test_panels_share_no_customer_and_miss_none(truth: GroundTruth) -> None:
    plan = Plan("", 10_000, 1, 0, 1.0, seed=1)
    of = [set(comers(replace(plan, panel=(n, 3)), truth)) for n in range(3)]
    assert not of[0] & of[1]
    assert not of[1] & of[2]
    assert set.union(*of) == set(comers(plan, truth))


def test_runs_of_a_study_subdivide_its_panel() -> None:
    parts = [part((1, 2), number, 3) for number in range(3)]
    assert parts == [(1, 6), (3, 6), (5, 6)]
    everybody = set(range(60))
    chosen = [{n for n in everybody if n % panels == place} for place, panels in parts]
    assert set.union(*chosen) == {n for n in everybody if n % 2 == 1}


@pytest.mark.django_db(transaction=True)
def test_a_crowd_visits_the_real_shop_and_buys(
    live_server: LiveServer,
    folder: Path,
    truth: GroundTruth,
    log: str,
    store: None,
) -> None:
    call_command("ingest_hm", data_dir=folder, verbosity=0)
    plan = Plan(live_server.url, shoppers=25, at_once=5, think_s=0, known=0, seed=1)
    found = figures(run(plan, truth))
    assert found["failures"] == {}
    assert found["pages"] > 50
    assert found["clicks"] > 5
    assert found["conversion"] > 0
    from storefront.models import Order

    assert Order.objects.count() == round(found["conversion"] * 25)
    for kind in ("for-you", "outfit"):
        crowd = run(replace(plan, shoppers=3, only=kind, finds=0.5, turns=True), truth)
        assert crowd.failures == {}
        assert crowd.looked(kind) or kind == "outfit"  # without a model there are no outfits


ONE = Comparison(1, (50, 52), (1.0, 1.2), Interval(0.2, 0.1, 0.3), 0.22, 0.8, {})


def test_a_study_counts_what_was_told_and_where_the_truth_lies() -> None:
    of = summary(STUDIES["personal"], [ONE, replace(ONE, measured=Interval(0.0, -0.1, 0.1))])
    assert (of["detected"], of["truth_inside"], of["shoppers"]) == (1, 1, 204)
    assert of["each"][0]["clicks"] == [1.0, 1.2]


def test_studies_are_drawn_each_interval_around_what_was_measured() -> None:
    axis = plots.forest([summary(study, [ONE]) for study in STUDIES.values()]).axes[0]
    drawn = [bars for bars in axis.containers if isinstance(bars, ErrorbarContainer)]
    assert len(drawn) == len(STUDIES)
    for dots, _caps, (intervals,) in drawn:
        for (measured, _y), path in zip(dots.get_xydata(), intervals.get_segments(), strict=True):
            assert path[0][0] < measured < path[1][0]


def test_a_study_that_there_is_not_is_named(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"invalid choice: 'lift'.*'outfits'"):
        call_command("compare_strategies", "lift", data_dir=folder)
