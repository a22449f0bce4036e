"""“Your style”: shown to its shopper alone, steered, and forgotten for good."""

import uuid
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from catalog.models import ArticleSummary
from catalog.tests.factories import (
    make_article,
    make_article_week,
    make_customer,
    make_transaction,
)
from recommendations.recommenders.kinds import Kind
from recommendations.serving.serving import recommend
from storefront.models import BagLine, SavedArticle
from storefront.product.price_history import _ask, chart
from storefront.tests.shops import Shop, anonymous_shopper, make_shop
from streaming import clock, connection, keys
from streaming.events.actions import Action
from streaming.events.schema import Reset, View
from streaming.features import dislikes, store
from streaming.features.compiled.tastes import HALF_LIFE_MS
from streaming.features.state import State, pack, packed_recents, packed_tastes, recent_key, recents
from streaming.producers import outbox, producer
from streaming.replay.replay import Publisher
from streaming.tests.servers import Worker, eventually
from streaming.tests.traffic import learn


def known(shopper: str, article: int, **more: object) -> None:
    """Record that the shopper has just viewed the article."""
    now = clock.now_ms()
    tastes: list[dict[int, int]] = [{1013: 640}, {265: 640}, {}, {1: 640}, {9: 640}, {}, {}]
    state = State(last_ms=now, landmark=now // HALF_LIFE_MS, counts=[1], sessions=1)
    state.recents = packed_recents({recent_key(article, 0): now // 1000})
    state.tastes = packed_tastes(tastes)
    connection.client().set(keys.state(shopper), pack(state), ex=60)


def visit(client: Client) -> str:
    """The visitor's id."""
    client.get("/bag/")
    client.post("/wishlist/change/", {"article": "0900000001"})
    return anonymous_shopper(client)


@pytest.mark.usefixtures("store")
def test_the_page_draws_the_features_of_its_shopper_alone(client: Client, shop: Shop) -> None:
    assert "Nothing learned yet." in client.get("/you/").text
    known(visit(client), shop.dress.pk)
    page = client.get("/you/").text
    assert "Garden dress" in page
    assert "Dresses" in page
    assert "€23 to €32" in page, "half octave 9 of the price"
    assert 'class="taste-bar"' in page
    assert "Garden dress" not in Client().get("/you/").text
    assert client.get("/you/")["Cache-Control"].count("no-store")


@pytest.mark.usefixtures("store")
def test_less_like_this_is_honoured_shown_and_undone(client: Client, shop: Shop) -> None:
    shopper, article = visit(client), {"article": shop.dress.article_id}
    known(shopper, shop.dress.pk)
    assert [i.article for i in recommend(Kind.RECENTLY_VIEWED, shopper=shopper).items]
    fragment = client.post("/you/less/", article, headers={"HX-Request": "true"}).text
    assert "You will see less like Garden dress." in fragment
    assert recommend(Kind.RECENTLY_VIEWED, shopper=shopper).items == []
    assert "Undo" in client.get("/you/").text
    assert client.post("/you/less/", {**article, "undo": "1"}).status_code == 302
    assert [i.article for i in recommend(Kind.RECENTLY_VIEWED, shopper=shopper).items]
    client.post("/you/less/", article)
    client.post("/personas/switch/", {"customer": shop.customer.pk})
    assert (dislikes.of("c1"), dislikes.of(shopper)) == ([shop.dress.pk], [])


@pytest.mark.usefixtures("store")
def test_another_card_takes_the_place_of_one_turned_down(client: Client, shop: Shop) -> None:
    visit(client)
    place = {"shelf": "trending", "position": 2, "beside": shop.dress.article_id}
    sent = {"article": shop.dress.article_id, **place}
    reply = client.post("/you/less/", sent, headers={"HX-Request": "true"})
    card = LexborHTMLParser(reply.text).css_first("li")
    assert card is not None
    assert card.attributes["data-position"] == "2"
    assert card.attributes["data-widget"] == "trending"
    assert card.attributes["data-article"] not in (None, shop.dress.article_id)
    undone = {**sent, "undo": "1"}
    reply = client.post("/you/less/", undone, headers={"HX-Request": "true"})
    assert "shop:changed" in reply.headers["HX-Trigger"]
    assert "<li" not in reply.text


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("wrong", [{"shelf": "nothing"}, {"position": "x"}, {"about": "-1"}])
def test_a_place_that_there_is_not_leaves_the_dislike_noted(
    client: Client, shop: Shop, wrong: dict[str, str]
) -> None:
    shopper = visit(client)
    sent = {"article": shop.dress.article_id, "shelf": "trending", "position": "1", **wrong}
    reply = client.post("/you/less/", sent, headers={"HX-Request": "true"})
    assert (reply.status_code, "<li" in reply.text) == (200, False)
    assert dislikes.of(shopper) == [shop.dress.pk]


@pytest.mark.usefixtures("store", "shop")
def test_the_list_of_dislikes_is_bounded() -> None:
    shopper = f"a{uuid.uuid4().hex}"
    for article in range(1, 61):
        connection.client().zadd(keys.dislikes(shopper), {str(article): article})
    dislikes.add(shopper, 99)
    kept = dislikes.of(shopper)
    assert (len(kept), kept[0]) == (50, 99)
    assert int(connection.client().ttl(keys.dislikes(shopper))) > 0


def test_a_reset_forgets_and_learning_goes_on() -> None:
    state = State()
    learn(state, View(id="v1", shopper="c1", ts=10**12, source="shop", article=1))
    reset = Reset(id="r", shopper="c1", ts=10**12 + 1, source="shop")
    assert learn(state, reset)
    assert recents(state) == []
    learn(state, View(id="v2", shopper="c1", ts=10**12 + 2, source="shop", article=2))
    assert not learn(state, reset), "a repetition"
    assert [recent.article for recent in recents(state)] == [2]


@pytest.mark.usefixtures("no_redis", "shop")
def test_without_redis_the_page_says_so(client: Client) -> None:
    assert "can't reach what it has learned" in client.get("/you/").text.replace("&#x27;", "'")


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_who_asks_to_be_forgotten_stays_forgotten_under_replay(
    log: str, store: None, tmp_path: Path
) -> None:
    """The customer's page, a real worker, then their history and the log replayed."""
    shop, client = make_shop(), Client()
    make_transaction(customer=make_customer(), article=shop.dress, t_dat=date(2020, 9, 1))
    client.post("/personas/switch/", {"customer": shop.customer.pk})
    session = client.session.session_key
    for path in ("/bag/add/", "/wishlist/change/", "/you/less/"):
        client.post(path, {"article": shop.dress.article_id})
    client.get(f"/article/{shop.dress.article_id}/")
    producer.close()
    with Worker(tmp_path / "worker.log") as worker:
        eventually(lambda: views() == 1, "the view was learned")
        client.post("/you/forget/")
        outbox.relay()
        eventually(erased, "the features are gone")
        assert "Garden dress" not in client.get("/you/").text
        assert client.session.session_key != session
        assert dislikes.of("c1") == []
        assert not BagLine.objects.exists()
        assert not SavedArticle.objects.exists()
        Publisher().settle()
        call_command("replay_transactions", "--from", "2020-09-01", "--max")
        connection.client().flushdb()
        eventually(erased, "the log read again")
        call_command("replay_transactions", "--from", "2020-09-01", "--max")
        assert views() == 0
        assert worker.process.poll() is None


def views() -> int:
    clock.stored_offset()
    return store.snapshot("c1").state.counts.get(Action.VIEW, 0)


def erased() -> bool:
    return store.snapshot("c1").stored.erased


# --- live ---


@pytest.mark.usefixtures("store")
def test_the_live_page_tells_ones_own_events_and_keeps_others_names(
    client: Client, shop: Shop
) -> None:
    known(visit(client), shop.dress.pk)
    page = client.get("/live/").text
    assert "You looked at Garden dress" in page
    assert "no worker is running" in page
    fragment = client.get("/live/", headers={"HX-Request": "true"}).text
    assert "<html" not in fragment


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "form", [{}, {"day": "2020-09-02", "speed": "9"}, {"day": "1999-01-01", "speed": "300"}]
)
def test_only_a_day_of_the_list_is_replayed(client: Client, form: dict[str, str]) -> None:
    assert client.post("/live/replay/", form).status_code == 400


# --- price and sales by week ---


@pytest.mark.usefixtures("store")
def test_the_product_page_draws_a_year_and_tells_it_in_words(client: Client, shop: Shop) -> None:
    for weeks in range(6):
        day = date(2020, 9, 2) - timedelta(weeks=weeks)
        make_article_week(shop.shirt, day, units=2, price=29.99 / 590)
    ArticleSummary.objects.filter(pk=shop.shirt.pk).update(last_sold=date(2020, 9, 2))
    page = client.get(f"/article/{shop.shirt.article_id}/").text
    assert "pieces sold in 12 weeks." in page
    assert "Jun 2020" in page, "the axis says when it begins"
    assert "<svg" in page
    assert 'href="' in page.split('class="zoom frame"')[1][:200], "zoom without a script"
    assert "Price and sales by week" not in client.get(f"/article/{shop.dress.article_id}/").text


@pytest.mark.django_db
def test_a_weeks_price_weighs_its_days_by_their_sales() -> None:
    article = make_article()
    sold = [
        (date(2020, 9, 21), 0.02, 12),
        (date(2020, 9, 22), 0.06, 4),
        (date(2020, 9, 1), 0.05, 3),
        (date(2019, 9, 29), 0.01, 1),
    ]
    for day, price, units in sold:
        make_article_week(article, day, units=units, price=price)
    make_article_week(make_article(), date(2020, 9, 22), units=1, price=0.05)
    weeks = sorted(_ask(article.pk, date(2020, 9, 22)))
    assert [(ago, units) for ago, units, _ in weeks] == [(0, 16), (3, 3)]
    assert [price for *_, price in weeks] == pytest.approx([0.03, 0.05])


def test_a_week_without_a_sale_has_no_bar_and_the_price_before() -> None:
    rows = [(0, 4, 0.05), (2, 8, 0.04), *((ago, 4, 0.04) for ago in range(8, 12))]
    drawn = chart(rows, date(2020, 9, 22))
    assert drawn is not None
    assert [week.units for week in drawn.weeks] == [4] * 4 + [0] * 5 + [8, 0, 4]
    assert drawn.bars.endswith("M456.0 150v-150.0h38.0V150zM556.0 150v-75.0h38.0V150z")
    assert (drawn.line.count("M"), drawn.line.count("L")) == (1, 11), "the price stays meanwhile"
    assert chart(rows[:5], date(2020, 9, 22)) is None, "five weeks tell of no trend"
