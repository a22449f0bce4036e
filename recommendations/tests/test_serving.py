"""Serving, with everything available and with each dependency down."""

from collections.abc import Iterator
from datetime import date

import pytest

from catalog.models import Article, Transaction
from catalog.tests.factories import make_article, make_customer, make_transaction
from recommendations.attribution import rec_id
from recommendations.dataset.load import load_inputs
from recommendations.recommenders import online_features
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.online_features import NOBODY, PAUSE_S, breaker
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.serving.serving import customer_with_history, recommend
from recommendations.tests.shops import Lived, Shop, articles_on, garments_on, train
from streaming import clock, keys
from streaming.connection import client
from streaming.features.store import top
from streaming.features.trends import epoch_of
from streaming.identity.tombstones import tombstones
from streaming.models import ErasedShopper

pytestmark = pytest.mark.django_db
MINUTE, DAY = 60_000, 86_400_000
EVERY_KIND = pytest.mark.parametrize("kind", sorted(RECOMMENDERS))


# --- similar ---


def test_similar_items_are_of_the_type_without_the_article_itself(trained: Shop) -> None:
    dress = trained["dress"][0]
    shelf = recommend(Kind.SIMILAR, article=dress.pk, k=3)
    assert (shelf.strategy, shelf.degraded) == ("content_neighbours", False)
    assert garments_on(shelf) == ["dress"] * 3
    assert dress.pk not in articles_on(shelf)
    assert articles_on(shelf)[0] == trained["dress"][3].pk, "the other blue one"
    assert shelf.items[0].reason == "Same type and colour"


def test_colours_of_a_product_take_one_place_of_a_shelf() -> None:
    anchor = make_article(product=1)
    make_article(product=1)
    for product in (2, 2, 2, 3):
        make_article(product=product, name=f"Shirt {product}")
    train()
    shelf = recommend(Kind.SIMILAR, article=anchor.pk)
    products = dict(Article.objects.values_list("pk", "product_id"))
    assert sorted(products[article] for article in articles_on(shelf)) == [2, 3]


def test_similar_items_stay_within_the_audience_asked_for(trained: Shop) -> None:
    shelf = recommend(Kind.SIMILAR, article=trained["dress"][0].pk, index_group=2)
    assert set(garments_on(shelf)) <= {"jacket", "sneaker"}
    assert shelf.items


def test_an_article_newer_than_the_model_gets_its_type_from_postgresql(trained: Shop) -> None:
    late = make_article(product_type=(2, "dress"))
    shelf = recommend(Kind.SIMILAR, article=late.pk)
    assert (shelf.strategy, shelf.degraded) == ("postgres_same_type", True)
    assert set(garments_on(shelf)) == {"dress"}
    scores = [item.score for item in shelf.items]
    assert scores == sorted(set(scores), reverse=True)


# --- for you ---


def test_one_view_of_an_anonymous_shopper_leads_their_shelf(trained: Shop, lived: Lived) -> None:
    dress = trained["dress"][1]
    shelf = recommend(Kind.FOR_YOU, shopper=lived([(dress.pk, "view", MINUTE)]), k=4)
    assert (shelf.strategy, shelf.degraded) == ("live_blend", False)
    assert garments_on(shelf)[0] == "dress"
    assert shelf.items[0].reason == f"Because you viewed {dress.name}"
    assert dress.pk not in articles_on(shelf)
    assert shelf.feature_age_ms is not None
    assert shelf.feature_age_ms < DAY


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("view", "Because you viewed"),
        ("click", "Because you viewed"),
        ("bag_add", "in your bag"),
    ],
)
def test_the_reason_names_what_the_shopper_really_did(
    trained: Shop, lived: Lived, kind: Kind, words: str
) -> None:
    jacket = trained["jacket"][2]
    first = recommend(Kind.FOR_YOU, shopper=lived([(jacket.pk, kind, MINUTE)])).items[0]
    assert words in first.reason
    assert jacket.name in first.reason


def test_a_new_shopper_sees_what_sells(trained: Shop) -> None:
    shelf = recommend(Kind.FOR_YOU, shopper="a" + "7" * 32, k=4)
    assert (shelf.strategy, shelf.degraded) == ("bundle_popularity", False)
    assert shelf.feature_age_ms is None
    assert set(articles_on(shelf)) == {articles[0].pk for articles in trained.values()}


def test_who_is_new_is_nobody_even_if_somebody_has_that_name(trained: Shop, lived: Lived) -> None:
    state = client().get(keys.state(lived([(trained["dress"][0].pk, "view", MINUTE)])))
    assert isinstance(state, bytes)
    client().set(keys.state(NOBODY), state, ex=60)
    read = online_features.snapshot_of(None, keys.top(None))
    client().delete(keys.state(NOBODY))
    assert read is not None
    assert (read.recents, read.dislikes, read.age_ms) == ([], [], None)


def test_what_is_in_the_bag_bought_or_just_viewed_is_not_for_you(
    trained: Shop, lived: Lived
) -> None:
    shirts = [shirt.pk for shirt in trained["shirt"]]
    past = [
        (shirts[0], "view", MINUTE),
        (shirts[1], "purchase", MINUTE),
        (shirts[3], "purchase", 2 * DAY),
    ]
    shelf = recommend(Kind.FOR_YOU, shopper=lived(past, bag=[shirts[2]]), k=50)
    assert set(shirts) & set(articles_on(shelf)) == {shirts[3]}
    assert [i.reason for i in shelf.items if i.article == shirts[3]] == ["Buy it again"]


def test_a_known_customer_is_served_from_the_bundle_s_history_before_any_event() -> None:
    customer = make_customer()
    bought, other = make_article(name="Hat"), make_article(name="Belt")
    for article in (bought, other):
        make_transaction(article=article, customer=customer, t_dat=date(2020, 9, 19))
    train()
    shelf = recommend(Kind.FOR_YOU, shopper=f"c{customer.pk}")
    assert (shelf.strategy, shelf.degraded) == ("history_blend", False)
    assert {item.reason for item in shelf.items} == {"Buy it again"}
    again = recommend(Kind.BUY_AGAIN, shopper=f"c{customer.pk}")
    assert set(articles_on(again)) == {bought.pk, other.pk}
    assert recommend(Kind.BUY_AGAIN, shopper="a" + "0" * 32).items == []


def test_also_bought_knows_the_baskets_and_colours_the_product() -> None:
    blue, red = make_article(product=1), make_article(product=1)
    belt, hat = make_article(name="Belt"), make_article(name="Hat")
    for day in (17, 18, 19):
        buyer = make_customer()
        for article in (blue, belt):
            make_transaction(article=article, customer=buyer, t_dat=date(2020, 9, day))
    make_transaction(article=hat, t_dat=date(2020, 9, 19))
    train()
    assert articles_on(recommend(Kind.ALSO_BOUGHT, article=blue.pk)) == [belt.pk]
    assert articles_on(recommend(Kind.ALSO_BOUGHT, article=hat.pk)) == []
    assert articles_on(recommend(Kind.COLOURS, article=blue.pk)) == [red.pk]
    late = make_article(product=1)
    found = recommend(Kind.COLOURS, article=late.pk)
    assert (found.strategy, found.degraded) == ("postgres_colours", True)
    assert set(articles_on(found)) == {blue.pk, red.pk}


def test_the_article_on_the_page_is_not_for_you(trained: Shop) -> None:
    best = trained["shirt"][0].pk
    assert best in articles_on(recommend(Kind.FOR_YOU, k=50))
    assert best not in articles_on(recommend(Kind.FOR_YOU, article=best, k=50))


def test_the_last_action_weighs_more_than_one_of_a_week_ago(trained: Shop, lived: Lived) -> None:
    dress, sneaker = trained["dress"][3].pk, trained["sneaker"][3].pk
    older = [(dress, "view", MINUTE), (sneaker, "view", 8 * DAY)]
    assert garments_on(recommend(Kind.FOR_YOU, shopper=lived(older), k=4))[0] == "dress"
    turned = [(sneaker, "view", MINUTE), (dress, "view", 8 * DAY)]
    assert garments_on(recommend(Kind.FOR_YOU, shopper=lived(turned), k=4))[0] == "sneaker"


def test_a_shelf_for_you_is_half_of_one_type_at_most_while_there_are_others(
    trained: Shop, lived: Lived
) -> None:
    shelf = recommend(
        Kind.FOR_YOU, shopper=lived([(trained["dress"][3].pk, "view", 40 * MINUTE)]), k=4
    )
    assert garments_on(shelf).count("dress") == 2


def test_actions_on_articles_the_model_does_not_know_are_passed_over(
    trained: Shop, lived: Lived
) -> None:
    shelf = recommend(Kind.FOR_YOU, shopper=lived([(5, "view", MINUTE)]))
    assert (shelf.strategy, shelf.degraded) == ("bundle_popularity", False)


def test_a_past_of_years_ago_is_outweighed_by_what_sells(trained: Shop, lived: Lived) -> None:
    old = [(trained["dress"][3].pk, "purchase", 900 * DAY)]
    shelf = recommend(Kind.FOR_YOU, shopper=lived(old), k=2)
    assert shelf.strategy == "bundle_popularity"
    assert trained["dress"][3].pk not in articles_on(shelf)


# --- because you viewed, recently viewed ---


def test_because_you_viewed_names_the_last_article_but_the_one_on_the_page(
    trained: Shop, lived: Lived
) -> None:
    dress, shirt = trained["dress"][0], trained["shirt"][0]
    shopper = lived([(shirt.pk, "view", MINUTE), (dress.pk, "view", 2 * MINUTE)])
    shelf = recommend(Kind.BECAUSE_YOU_VIEWED, shopper=shopper, article=shirt.pk)
    assert shelf.title == f"Because you viewed {dress.name}"
    assert garments_on(shelf)[0] == "dress"
    assert recommend(Kind.BECAUSE_YOU_VIEWED, shopper="c1").items == []


def test_recently_viewed_is_newest_first_each_once_without_the_page_s_own(
    trained: Shop, lived: Lived
) -> None:
    one, two, three = (trained["shirt"][n].pk for n in range(3))
    past = [(one, "view", 1), (two, "click", 2), (two, "view", 3), (three, "bag_add", 4)]
    shopper = lived([*past, (three, "view", 5)])
    assert articles_on(recommend(Kind.RECENTLY_VIEWED, shopper=shopper)) == [one, two, three]
    assert articles_on(recommend(Kind.RECENTLY_VIEWED, shopper=shopper, article=one, k=1)) == [two]


# --- trending, new in ---


@pytest.fixture
def trend(trained: Shop) -> Iterator[int]:
    """An article that sells badly but is trending now."""
    article, now = trained["sneaker"][3].pk, clock.now_ms()
    key = keys.trend(0, epoch_of(now), 2)
    client().zadd(key, {str(article): 1e6})
    top.refresh(client(), frozenset({1, 2}), now)
    yield article
    client().delete(key)
    top.refresh(client(), frozenset({1, 2}), now)


def test_trending_starts_with_live_trends_and_is_filled_up(trained: Shop, trend: int) -> None:
    shelf = recommend(Kind.TRENDING, k=5)
    assert (shelf.strategy, shelf.degraded) == ("live_trends", False)
    assert shelf.items[0].article == trend
    assert [item.reason for item in shelf.items] == ["Trending now"] + ["Popular right now"] * 4
    assert len(set(articles_on(shelf))) == 5
    # One scale: articles that only fill the list don't trend, however well they sell.
    assert shelf.items[0].score > 0
    assert [item.score for item in shelf.items[1:]] == [0.0] * 4
    assert trend in articles_on(recommend(Kind.TRENDING, index_group=2))
    assert trend not in articles_on(recommend(Kind.TRENDING, index_group=1))


def test_without_a_trend_yet_trending_is_what_sells(trained: Shop) -> None:
    shelf = recommend(Kind.TRENDING, k=4)
    assert (shelf.strategy, shelf.degraded) == ("bundle_popularity", False)
    assert {item.score for item in shelf.items} == {0.0}
    assert set(articles_on(shelf)) == {articles[0].pk for articles in trained.values()}
    assert set(garments_on(recommend(Kind.TRENDING, index_group=2))) == {"jacket", "sneaker"}


def test_new_in_shows_what_came_last(shop: Shop) -> None:
    late = make_article(name="Late coat", first_sold=date(2020, 9, 25))
    for _ in range(2):
        make_transaction(article=late, t_dat=date(2020, 9, 25))
    train()
    shelf = recommend(Kind.NEW_IN, k=3)
    assert (shelf.strategy, shelf.degraded) == ("bundle_new_in", False)
    assert articles_on(shelf)[0] == late.pk


# --- parts away ---

WITHOUT_BUNDLE = {
    "similar": "postgres_same_type",
    "for-you": "postgres_popularity",
    "because-you-viewed": "live_neighbours",
    "trending": "postgres_popularity",
    "new-in": "postgres_newest",
}


@pytest.mark.parametrize(("kind", "strategy"), WITHOUT_BUNDLE.items())
def test_without_a_bundle_postgresql_answers(shop: Shop, kind: Kind, strategy: str) -> None:
    shelf = recommend(kind, article=shop["dress"][0].pk)
    assert (shelf.strategy, shelf.degraded, shelf.model_version) == (strategy, True, None)
    assert bool(shelf.items) is (kind != "because-you-viewed")


def test_without_a_bundle_one_product_has_one_place() -> None:
    best = make_article(product=1, units_recent=9)
    make_article(product=1, units_recent=8)
    next_best = make_article(product=2, units_recent=7)
    assert articles_on(recommend(Kind.FOR_YOU)) == [best.pk, next_best.pk]


@pytest.mark.usefixtures("no_redis")
@pytest.mark.parametrize("kind", ["for-you", "trending"])
def test_without_redis_the_bundle_s_popularity_answers(trained: Shop, kind: Kind) -> None:
    shelf = recommend(kind, shopper="c1", k=4)
    assert (shelf.strategy, shelf.degraded) == ("bundle_popularity", True)
    assert set(articles_on(shelf)) == {articles[0].pk for articles in trained.values()}


@pytest.mark.usefixtures("no_redis")
def test_without_redis_what_was_viewed_is_not_known(trained: Shop) -> None:
    shelf = recommend(Kind.RECENTLY_VIEWED, shopper="c1")
    assert (shelf.items, shelf.degraded) == ([], True)


@pytest.mark.usefixtures("no_redis")
def test_redis_down_is_not_asked_by_every_shelf_of_a_page(
    trained: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    recommend(Kind.FOR_YOU, shopper="c1")
    assert breaker.is_open()
    monkeypatch.setattr(online_features, "store", None)  # reading it now would raise
    assert recommend(Kind.RECENTLY_VIEWED, shopper="c1").degraded
    breaker.open_until -= PAUSE_S
    assert not breaker.is_open()


@EVERY_KIND
def test_without_any_data_the_shelf_is_empty(kind: Kind) -> None:
    shelf = recommend(kind, shopper="c1", article=123, index_group=4)
    assert shelf.items == []
    assert rec_id.read(shelf.rec_id) is not None


@EVERY_KIND
@pytest.mark.usefixtures("no_redis")
def test_without_redis_a_bundle_and_data_the_shelf_is_empty_and_degraded(kind: Kind) -> None:
    shelf = recommend(kind, shopper="c1", article=123)
    assert (shelf.items, shelf.degraded) == ([], True)


@EVERY_KIND
def test_a_shop_of_one_article_serves_every_kind(kind: Kind, lived: Lived) -> None:
    only = make_article()
    train()
    shelf = recommend(kind, shopper=lived([(only.pk, "view", MINUTE)]), article=only.pk)
    assert shelf.items == []


@EVERY_KIND
def test_no_shelf_is_longer_than_asked_for_or_repeats_an_article(
    trained: Shop, lived: Lived, kind: Kind
) -> None:
    shopper = lived([(trained["dress"][n].pk, "view", n * MINUTE) for n in range(4)])
    for k in (1, 3, 50):
        found = articles_on(recommend(kind, shopper=shopper, article=trained["shirt"][0].pk, k=k))
        assert len(found) == len(set(found)) <= k


def test_every_answer_has_a_name_of_its_own(trained: Shop) -> None:
    assert recommend(Kind.TRENDING).rec_id != recommend(Kind.TRENDING).rec_id


@pytest.mark.usefixtures("no_redis")
def test_without_redis_an_erased_customer_s_history_is_not_used(trained: Shop) -> None:
    buyer = Transaction.objects.values_list("customer", flat=True)[0]
    shopper = f"c{buyer}"
    before = customer_with_history(shopper, None)
    ErasedShopper.objects.create(shopper=shopper)
    tombstones.reset()
    assert (f"c{before}", customer_with_history(shopper, None)) == (shopper, None)
    assert recommend(Kind.BUY_AGAIN, shopper=shopper).items == []


def test_the_bundle_answers_no_more_for_an_erased_customer_of_whom_redis_knows_nothing() -> None:
    customer = make_customer()
    make_transaction(article=make_article(), customer=customer, t_dat=date(2020, 9, 19))
    train()
    shopper = f"c{customer.pk}"
    assert recommend(Kind.FOR_YOU, shopper=shopper).strategy == "history_blend"
    ErasedShopper.objects.create(shopper=shopper)
    tombstones.reset()
    assert recommend(Kind.FOR_YOU, shopper=shopper).strategy == "bundle_popularity"
    assert recommend(Kind.BUY_AGAIN, shopper=shopper).items == []


def test_the_next_bundle_holds_nothing_of_an_erased_customer(shop: Shop) -> None:
    buyer = Transaction.objects.values_list("customer", flat=True)[0]
    assert buyer in load_inputs(None, date(2020, 9, 22), print).sales.customer
    ErasedShopper.objects.create(shopper=f"c{buyer}")
    assert buyer not in load_inputs(None, date(2020, 9, 22), print).sales.customer
