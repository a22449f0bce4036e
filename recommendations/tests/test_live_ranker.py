"""The ranker learned from shelves that shoppers saw: what it reads of the log, what it may know of
each, when it is chosen, whom it serves."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from pytest_django import Settings

from recommendations.attribution import rec_id
from recommendations.attribution.crediting import WINDOW_MS
from recommendations.attribution.models import Outcome, Serving
from recommendations.bundle.reader import Bundle
from recommendations.bundle.registry import registry
from recommendations.dataset import log as shelf_log
from recommendations.dataset.answers import WORTH, Answer, answers_of
from recommendations.dataset.history import histories
from recommendations.dataset.inputs import History, Inputs
from recommendations.dataset.log import logged_answers
from recommendations.ranking.context import LOOKED, RankingContext
from recommendations.ranking.features import REGISTRY, Group, features
from recommendations.ranking.ranker import best_first, ranker_for
from recommendations.ranking.scoring import generate, rank
from recommendations.recommenders.kinds import Kind
from recommendations.retrieval.profile import (
    BAG_ADD,
    DAY_MS,
    PURCHASE,
    VIEW,
    Profile,
    after_history,
    profile_of,
)
from recommendations.serving.serving import recommend
from recommendations.tests.shops import Lived, Shop, rebuyers, train
from recommendations.training.pipeline import bundle_in_memory, of_customers, without_looks
from recommendations.training.ranker import live
from recommendations.training.ranker.live import Shown, cards_of, gain, newest_of, report_of_trial
from recommendations.training.ranker.sales import NO_RANKER
from streaming import clock
from streaming.events import schema
from streaming.events.actions import Action
from streaming.events.schema import BagAdd, Click, Event, Impression, Purchase, View
from streaming.features.state import Recent
from streaming.models import ErasedShopper
from streaming.tests.running import send
from web.json_types import Json

NOBODY = "a" + "0" * 32
MINUTE = 60_000


def quiet(line: str) -> None:
    """Discards progress messages."""


def one(kind: type[schema.OfArticle], shopper: str, ts: int, article: int, **more: object) -> Event:
    name = f"{kind.__name__}-{shopper}-{ts}-{article}"[:64]
    return kind(id=name, shopper=shopper, ts=ts, source="shop", article=article, **more)  # type: ignore[arg-type, return-value]


def seen(
    shopper: str, ts: int, articles: Sequence[int], answer: str, clicked: int | None = None
) -> Iterator[Event]:
    """The cards of a shelf come into view one second after the other; one may be clicked."""
    where = {"rec_id": answer, "widget": "for-you"}
    for place, article in enumerate(articles, start=1):
        yield one(Impression, shopper, ts + 1000 * place, article, position=place, **where)
    if clicked is not None:
        later, place = ts + MINUTE, articles.index(clicked) + 1
        yield one(Click, shopper, later, clicked, position=place, **where)
        yield one(View, shopper, later, clicked, position=place, **where)


def bought(shopper: str, ts: int, article: int) -> Event:
    return one(Purchase, shopper, ts, article, price=0.05, channel=2)


# --- Answers ---


def test_an_answer_knows_what_came_before_it_and_nothing_of_its_own_click() -> None:
    first, second = rec_id.make(1), rec_id.make(1)
    events = [
        one(View, "c1", 1_600_000_000_000, 7),
        *seen("c1", 1_600_000_100_000, [1, 2, 3], first, clicked=2),
        *seen("c1", 1_600_000_300_000, [4, 5], second),
    ]
    one_answer, other = answers_of(events)
    assert [recent.article for recent in one_answer.recents] == [7]
    assert {a: (c.position, c.worth) for a, c in one_answer.cards.items()} == {
        1: (1, 0), 2: (2, WORTH[Click]), 3: (3, 0),
    }  # fmt: skip
    assert [recent.article for recent in other.recents] == [2, 2, 7]
    # A page may report its cards after the click on one of them.
    late = [events[0], *events[4:6], *events[1:4]]
    assert [recent.article for recent in answers_of(late)[0].recents] == [7]


def test_bag_and_purchase_are_worth_more_than_the_click_that_led_there() -> None:
    answer, start = rec_id.make(1), 1_600_000_000_000
    events = [*seen("c1", start, [1, 2, 3], answer, clicked=1)]
    where = {"rec_id": answer, "widget": "for-you", "position": 2}
    events += [one(BagAdd, "c1", start + 2 * MINUTE, 2, **where), bought("c1", start + MINUTE, 3)]
    (found,) = answers_of([*events, bought("c1", start + WINDOW_MS, 1)])
    assert [card.worth for card in found.cards.values()] == [
        WORTH[Purchase], WORTH[BagAdd], 0,
    ]  # fmt: skip
    (found,) = answers_of([*events, bought("c1", start + WINDOW_MS + 2 * MINUTE, 1)])
    assert found.cards[1].worth == WORTH[Click]


def test_who_signs_in_later_takes_their_purchases_along() -> None:
    start = 1_600_000_000_000
    signs_in = schema.Identify(
        id="i", shopper="c5", anonymous=NOBODY, ts=start + 2 * MINUTE, source="shop"
    )
    events = [*seen(NOBODY, start, [1], rec_id.make(1), clicked=1), signs_in]
    (found,) = answers_of([bought("c5", start + 3 * MINUTE, 1), *events])
    assert found.cards[1].worth == WORTH[Purchase]


@pytest.mark.parametrize("kind", [schema.Erase, schema.Reset])
def test_who_wants_to_be_forgotten_teaches_nothing(
    kind: type[schema.Erase | schema.Reset],
) -> None:
    start = 1_600_000_000_000
    events = [*seen("c1", start, [1], rec_id.make(1)), *seen("c2", start, [1], rec_id.make(1))]
    forget = kind(id="e", shopper="c1", ts=start + MINUTE, source="shop")
    assert [own.shopper for own in answers_of([*events, forget])] == ["c2"]


def test_what_the_stream_could_not_take_in_stops_nothing() -> None:
    broken = schema.Merge(id="m", shopper="c1", ts=1_600_000_000_000, source="stream", state=b"?")
    events = [broken, *seen("c1", 1_600_000_001_000, [1], rec_id.make(1))]
    assert len(answers_of(events)) == 1


def test_other_shelves_unknown_positions_and_forged_ids_are_no_answers() -> None:
    start = 1_600_000_000_000
    where: Json = {"rec_id": rec_id.make(1), "widget": "for-you", "position": 1}
    wrong: list[Json] = [
        {"widget": "trending"}, {"position": None}, {"rec_id": "whatever"}, {"rec_id": None},
    ]  # fmt: skip
    for number, change in enumerate(wrong):
        more = where | change
        assert answers_of([one(Impression, "c1", start + number, 1, **more)]) == []


# --- Features ---


def test_live_features_tell_of_views_their_order_and_time_and_of_the_bag() -> None:
    bundle = bundle_of(rebuyers())
    kinds = np.array([VIEW, VIEW, BAG_ADD, PURCHASE], np.int8)
    rows = np.array([10, 20, 30, 40], np.int32)
    # Now, ten minutes ago, 20 minutes before that, and long ago.
    days = np.array([0.0, 10 * MINUTE, 30 * MINUTE, 5 * DAY_MS]) / DAY_MS
    profile = Profile.of_one(rows, kinds, days)
    ranking = rank(generate(bundle, profile))
    values = features(RankingContext(bundle, profile, ranking))
    column = {feature.name: values[:, place] for place, feature in enumerate(REGISTRY)}
    for name in LOOKED:
        of = getattr(bundle, name)
        first, second, bag = (of[ranking.rows] == of[row] for row in (10, 20, 30))
        assert column[f"days_since_look_{name}"][first] == pytest.approx(0.0)
        only = second & ~first
        assert column[f"days_since_look_{name}"][only] == pytest.approx(10 * MINUTE / DAY_MS)
        assert column[f"looks_since_{name}"][only] == pytest.approx(1.0)
        assert column[f"time_on_{name}"][only] == pytest.approx(1.0)
        assert column[f"of_bag_{name}"] == pytest.approx(bag.astype(float))
        assert np.isnan(column[f"days_since_look_{name}"][~first & ~second]).all()
    assert set(column["looks"]) == {2.0}
    assert set(column["bag_adds"]) == {1.0}


def test_sales_are_not_asked_for_what_only_the_stream_can_tell() -> None:
    bundle = bundle_of(rebuyers())
    profile = profile_of(bundle, (), int(bundle.customers.key[0]), after_history(bundle))
    ranking = rank(generate(bundle, profile))
    values = features(RankingContext(bundle, profile, ranking))
    live_ones = [n for n, feature in enumerate(REGISTRY) if feature.group is Group.LIVE]
    assert (np.isnan(values[:, live_ones]) | (values[:, live_ones] == 0)).all()


def bundle_of(history: History, customers: object = None) -> Bundle:
    """Of everybody: whose histories are left out changes nobody else's."""
    own = of_customers(vars(histories(history)))
    return bundle_in_memory(history, {**without_looks(history), **NO_RANKER, **own}, quiet)


def shelves(inputs: Inputs, count: int, seed: int = 1) -> list[Event]:
    """Shoppers view an article and then see a shelf in a shuffled order of the blend; they click
    what has the colour of what they viewed, whatever else the blend has on top."""
    bundle, rng = bundle_of(inputs), np.random.default_rng(seed)
    start = (inputs.as_of_day + 1) * DAY_MS
    events: list[Event] = []
    for number in range(count):
        shopper, ts = f"c{number % 150 + 1}", start + number * 10 * MINUTE
        viewed = int(rng.integers(len(bundle.article)))
        events.append(one(View, shopper, ts, int(bundle.article[viewed])))
        recent = Recent(int(bundle.article[viewed]), Action.VIEW, ts)
        profile = profile_of(bundle, [recent], number % 150 + 1, ts + MINUTE)
        rows = rank(generate(bundle, profile), 60).rows
        rows = rng.permutation(rows[rows != viewed])[:10]
        liked = bundle.colour_master[rows] == bundle.colour_master[viewed]
        looks = rng.random(len(rows)) < 0.9 / np.arange(1, len(rows) + 1) ** 0.5
        hits = np.flatnonzero(looks & (rng.random(len(rows)) < np.where(liked, 0.8, 0.05)))
        articles = bundle.article[rows].tolist()
        clicked = articles[hits[0]] if len(hits) else None
        events += seen(shopper, ts + MINUTE, articles, rec_id.make(1), clicked)
    return events


def test_neither_later_events_nor_later_sales_change_a_bit_of_an_answers_features() -> None:
    inputs = rebuyers()
    answers = answers_of(shelves(inputs, 40))
    moved = [replace(own, ts=own.ts - 10 * DAY_MS) for own in answers]
    late = inputs.sales.day >= moved[0].ts // DAY_MS
    assert late.any()
    row = np.where(late, (inputs.sales.row + 17) % 300, inputs.sales.row).astype(np.int32)
    price = np.where(late, 9 * inputs.sales.price, inputs.sales.price).astype(np.float32)
    later = replace(inputs, pieces=[replace(inputs.sales, row=row, price=price)])
    before, after = (live.shown_to(own, moved, bundle_of) for own in (inputs, later))
    assert len(before.answer) > 100
    assert before.features.tobytes() == after.features.tobytes()

    events = shelves(inputs, 40)
    then = sorted(answers_of(events), key=lambda own: own.ts)[20].ts
    earlier = answers_of([event for event in events if event.ts < then])
    assert len(earlier) > 10
    whole = {(own.shopper, own.ts): own for own in answers_of(events)}
    bundle = bundle_of(inputs)
    for own in earlier:
        same = whole[own.shopper, own.ts]
        assert cards_of(bundle, own).features.tobytes() == cards_of(bundle, same).features.tobytes()


def test_nobody_teaches_more_than_their_share(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs, start = rebuyers(), 1_700_000_000_000
    answers = [Answer("c1", start + n, []) for n in range(9)] + [Answer("c2", start, [])]
    monkeypatch.setattr(live, "MOST_OF_SHOPPER", 3)
    kept = newest_of(inputs, answers)
    assert [(own.shopper, own.ts - start) for own in kept] == [
        ("c2", 0), ("c1", 6), ("c1", 7), ("c1", 8),
    ]  # fmt: skip


# --- The trial ---


def shown_cards(
    taste: float, blend: float, answers: int = 2000, seed: int = 1, places: int = 8
) -> Shown:
    """Cards whose outcome depends on a feature by `taste`, and by `blend` on what the blend orders
    by and no feature tells; the blend's order decides the position but for noise."""
    rng = np.random.default_rng(seed)
    size = (answers, places)
    known, hidden = rng.normal(size=size), -np.sort(-rng.normal(size=size), axis=1)
    position = np.argsort(np.argsort(-(hidden + rng.normal(0, 0.7, size)), axis=1), axis=1) + 1
    chance = 1 / (1 + np.exp(2.0 - taste * known - blend * hidden)) / position**0.7
    worth = (rng.random(size) < chance).astype(np.float64)
    matrix = np.zeros((answers * places, len(REGISTRY)), np.float32)
    matrix[:, 0] = known.ravel()
    answer = np.arange(answers).repeat(places)
    return Shown(matrix, position.ravel(), worth.ravel(), answer, np.arange(answers) % 700)


def test_a_ranker_that_knows_more_than_the_blend_is_chosen() -> None:
    report = report_of_trial(shown_cards(taste=1.0, blend=0.3))
    assert report.chosen
    assert 0 < report.gain_at_least < report.ranker_gain - report.blend_gain
    assert "the ranker ranks" in report.decision
    assert (report.answers, report.trial_answers) == (2000, 1000)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("blend", [0.0, 1.0])
def test_a_ranker_that_knows_nothing_more_is_not_chosen(blend: float, seed: int) -> None:
    """Whether shoppers like what the blend has on top, or only look there first."""
    report = report_of_trial(shown_cards(taste=0.0, blend=blend, seed=seed))
    assert not report.chosen
    assert "the blend ranks alone" in report.decision
    if blend:
        assert report.gain_at_most < 0


def test_an_order_is_not_praised_for_where_the_outcomes_were_seen() -> None:
    """Two equally good cards: the rarely seen one weighs as much as its position lacks looks."""
    worth = np.array([1.0, 1.0])
    cards = Shown(
        np.zeros((2, 1), np.float32), np.array([1, 2]), worth, np.zeros(2, int), np.zeros(1, int)
    )
    attention = np.array([0.0, 1.0, 0.5])
    assert gain(cards, np.array([1.0, 0.0]), attention) == pytest.approx([1 + 2 / np.log2(3)])
    assert gain(cards, np.array([0.0, 1.0]), attention) == pytest.approx([2 + 1 / np.log2(3)])


def test_few_answers_leave_the_blend_and_the_report_says_so() -> None:
    report = report_of_trial(shown_cards(taste=1.0, blend=0.0, answers=100))
    assert not report.chosen
    assert "fewer than 500" in report.decision


# --- From the log to the shelf ---


@pytest.fixture
def enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MIN_ANSWERS", 50)
    monkeypatch.setattr(shelf_log, "MIN_CLICKS", 10)


def counted(clicks: int) -> None:
    serving = Serving.objects.create(kind="for-you", strategy="live_blend", model_version="v")
    Outcome.objects.create(day=date(2020, 9, 21), serving=serving, clicks=clicks)


def other_garments(shop: Shop, count: int) -> list[Event]:
    """After a view of one garment shoppers click garments of other types only."""
    rng, start = np.random.default_rng(5), clock.now_ms() - DAY_MS // 2
    all_of = [(kind, article.pk) for kind, articles in shop.items() for article in articles]
    events: list[Event] = []
    for number in range(count):
        shopper, ts = f"a{number:032x}", start + number * MINUTE
        kind, viewed = all_of[rng.integers(len(all_of))]
        events.append(one(View, shopper, ts, viewed))
        cards = [all_of[n] for n in rng.permutation(len(all_of))[:8] if all_of[n][1] != viewed]
        others = [pk for other, pk in cards if other != kind]
        clicked = others[0] if others and rng.random() < 0.7 else None
        events += seen(shopper, ts + 1000, [pk for _, pk in cards], rec_id.make(1), clicked)
    return events


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("store", "enough")
def test_shelves_in_the_log_teach_a_ranker_that_serves_who_looks_around(
    log: str, shop: Shop, lived: Lived
) -> None:
    counted(400)
    send(*other_garments(shop, 400))
    version = train()
    report = version.manifest["live_ranker"]
    assert report["chosen"], report["decision"]
    bundle = registry.active()
    assert bundle is not None
    viewer = lived([(shop["dress"][0].pk, "view", 1000)])
    shelf = recommend(Kind.FOR_YOU, shopper=viewer, k=4)
    assert shelf.strategy == "live_ranked"
    row = np.array([bundle.row_of(shop["dress"][0].pk)], np.int32)
    one_view = Profile.of_one(row, np.array([VIEW], np.int8), np.zeros(1))
    found = generate(bundle, one_view)
    dresses = [article.pk for article in shop["dress"]]
    first = [
        np.isin(bundle.article[ranking.rows], dresses).argmax()
        for ranking in (rank(found), best_first(bundle, one_view, found))
    ]
    assert first[0] < 2 < 8 < first[1], "the blend has dresses on top, the ranker at the end"
    one_purchase = replace(one_view, kinds=np.array([PURCHASE], np.int8))
    assert ranker_for(bundle, one_view) is not None
    assert ranker_for(bundle, one_purchase) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("store", "enough")
def test_the_erased_and_what_is_far_ahead_of_the_clock_are_not_read(log: str, shop: Shop) -> None:
    counted(400)
    events = other_garments(shop, 3)
    ErasedShopper.objects.create(shopper=events[0].shopper)
    far = seen("c9", clock.now_ms() + 9 * DAY_MS, [1], rec_id.make(1))
    send(*events, *far)
    names = {event.shopper for event in events}
    assert {own.shopper for own in logged_answers(quiet)} == names - {events[0].shopper}


@pytest.mark.django_db
def test_without_enough_clicks_the_log_is_not_read_and_without_kafka_training_goes_on(
    settings: Settings, enough: None
) -> None:
    settings.KAFKA_BOOTSTRAP_SERVERS = "127.0.0.1:1"
    assert logged_answers(quiet) == []
    counted(400)
    told: list[str] = []
    assert logged_answers(told.append) == []
    assert "can't be read" in told[0]
