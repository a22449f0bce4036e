"""Shelves in pages."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.template import Context, Template
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from catalog.models import Article, IngestRun
from catalog.tests.factories import make_article
from recommendations.recommenders.kinds import Kind
from recommendations.serving.serving import recommend
from recommendations.tests.shops import open_shop, train
from recommendations.widgets.rendering import shelf_context
from streaming.events.actions import Action
from streaming.features import store
from streaming.features.state import State, packed_recents, recent_key
from streaming.features.store import Snapshot
from streaming.identity.shoppers import SESSION_KEY

pytestmark = pytest.mark.django_db


@pytest.fixture
def dress() -> Article:
    article = open_shop()["dress"][0]
    train()
    return article


def render(tag: str, customer: int | None = None, **context: object) -> str:
    request = RequestFactory().get("/")
    request.session = SessionStore()
    request.session[SESSION_KEY] = customer
    page = Template("{% load widgets %}" + tag)
    return page.render(Context({"request": request, **context}))


def test_the_tag_renders_cards_in_the_shelf_s_order(dress: Article) -> None:
    html = render('{% shelf "similar" article=article.pk k=4 %}', article=dress)
    shelf = recommend(Kind.SIMILAR, article=dress.pk, k=4)
    places = [html.index(f"/article/{item.article:010d}/") for item in shelf.items]
    assert places == sorted(places)
    assert "Similar items" in html
    assert dress.article_id not in html


def test_the_links_carry_shelf_and_position(dress: Article) -> None:
    html = render('{% shelf "trending" k=2 %}')
    for position in (1, 2):
        assert f"&amp;w=trending&amp;p={position}" in html
    assert "?rec=" in html


@pytest.mark.usefixtures("dress")
def test_the_shelves_of_a_page_ask_redis_once_for_their_shopper(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def snapshot(shopper: str, *, top: str | None = None) -> Snapshot:
        asked.append(shopper)
        return own(shopper, top=top)

    own = store.snapshot
    monkeypatch.setattr(store, "snapshot", snapshot)
    shelves = '{% shelf "for-you" %}{% shelf "recently-viewed" %}{% outfit articles %}'
    render("{% load outfits %}" + shelves, customer=1, articles=[])
    assert asked == ["c1"]
    render(shelves.partition("{% outfit")[0], customer=2)
    assert asked == ["c1", "c2"], "another page asks anew"


def test_a_shelf_with_nothing_to_show_is_not_rendered() -> None:
    assert render('{% shelf "recently-viewed" %}').strip() == ""


def test_the_fragment_is_the_tag_s_html(client: Client, dress: Article) -> None:
    reply = client.get("/widgets/similar/", {"article": dress.article_id})
    assert reply.status_code == 200
    assert reply.content.decode().count('data-article="') == 12
    assert "no-store" in reply["Cache-Control"]


def test_an_article_gone_from_the_catalogue_leaves_no_gap(dress: Article) -> None:
    shelf = recommend(Kind.SIMILAR, article=dress.pk, k=3)
    gone = shelf.items[0].article
    Article.objects.get(pk=gone).transaction_set.all().delete()
    Article.objects.get(pk=gone).delete()
    cards = shelf_context(shelf)["cards"]
    assert [(card.pk, position) for card, _, position in cards] == [
        (shelf.items[1].article, 1),
        (shelf.items[2].article, 2),
    ]


def test_cards_take_no_query(
    dress: Article, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    IngestRun.objects.create(status=IngestRun.Status.DONE, data_dir="data")
    for queries in (3, 0):  # three tables of terms, cached
        shelf = recommend(Kind.TRENDING)
        with django_assert_num_queries(queries):
            for article, _, _ in shelf_context(shelf)["cards"]:
                assert article.summary.price
                assert article.index.group.name
                assert article.colour.name


def test_a_name_can_not_break_out_of_the_page(dress: Article) -> None:
    make_article(name="<script>alert(1)</script>", product_type=(2, "dress"))
    train(datetime(2020, 9, 22, tzinfo=UTC))
    html = render('{% shelf "similar" article=article.pk k=50 %}', article=dress)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_no_product_stands_twice_on_the_shelves_of_a_page(client: Client, dress: Article) -> None:
    reply = client.get("/widgets/", {"kinds": "new-in,trending,for-you"})
    shown = re.findall(r'data-article="(\d+)"', reply.text)
    assert shown
    assert len(shown) == len({article[:7] for article in shown})
    beside = client.get("/widgets/", {"kinds": "trending", "beside": ",".join(shown)})
    assert not set(re.findall(r'data-article="(\d+)"', beside.text)) & set(shown)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "kinds"),
        ({"kinds": "trending,nothing"}, "kinds"),
        ({"kinds": "trending", "beside": "x"}, "beside"),
        ({"kinds": "trending", "article": "x"}, "article"),
    ],
)
def test_shelves_that_there_are_not_are_refused_by_name(
    client: Client, query: dict[str, str], field: str
) -> None:
    reply = client.get("/widgets/", query)
    assert reply.status_code == 400
    assert field in reply.text


@pytest.mark.usefixtures("dress")
def test_shelves_made_of_the_same_are_not_sent_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/widgets/", {"kinds": "for-you,new-in"})
    tag = made_of_page(first.text)
    again = {"kinds": "for-you,new-in", "made_of": tag}
    assert client.get("/widgets/", again).status_code == 204
    viewed = State(recents=packed_recents({recent_key(1, Action.VIEW.code): 1}))
    monkeypatch.setattr(store, "snapshot", lambda *_, **__: Snapshot(viewed, 2_000))
    changed = client.get("/widgets/", again)
    assert (changed.status_code, made_of_page(changed.text) != tag) == (200, True)


@pytest.mark.usefixtures("dress")
def test_shelves_that_change_by_themselves_are_always_sent(client: Client) -> None:
    trending = client.get("/widgets/", {"kinds": "trending", "made_of": ""})
    assert (trending.status_code, made_of_page(trending.text)) == (200, "")


def made_of_page(html: str) -> str:
    found = re.search(r'name="made_of" value="([^"]*)"', html)
    assert found is not None
    return found[1]
