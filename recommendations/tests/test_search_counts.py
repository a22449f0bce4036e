"""Searches and clicks on results, counted from the stream, and what follows from the counts."""

import pytest
from django.conf import LazySettings
from django.test import Client

from catalog.models import SearchClick, SearchQuery
from catalog.search.clicks import MIN_SEARCHES, MOST
from catalog.search.facet_index import facet_index
from catalog.search.ranking import rank, rank_with_clicks
from catalog.tests.factories import make_article
from recommendations.attribution import searches
from recommendations.attribution.models import SearchEvent
from recommendations.tests.test_attribution import HOUR, START, count, event
from streaming.events import schema

pytestmark = pytest.mark.django_db
DAY = 24 * HOUR


def searched(name: str, query: str, found: int | None = 3, ts: int = 0) -> schema.Event:
    return schema.Search(
        id=name, shopper="c1", ts=START + ts, source="shop", query=query, found=found
    )


def followed(name: str, query: str, article: int) -> schema.Event:
    return event(schema.Click, name, "c1", 1, article=article, widget="search", query=query)


def test_each_batch_is_counted_once_by_what_was_meant() -> None:
    events = [
        searched("a", "Rote  SCHUHE"),
        searched("b", "rote schuhe", found=0),
        searched("b", "rote schuhe", found=0),
        followed("c", "rote Schuhe", 123001),
        followed("d", "rote Schuhe", 123002),
    ]
    count(*events)
    query = SearchQuery.objects.get()
    assert (query.words, query.searches, query.without_results, query.clicks) == (
        "rote schuhe", 2, 1, 2,
    )  # fmt: skip
    assert list(SearchClick.objects.values_list("product", "clicks")) == [(123, 2)]
    count(searched("e", "rote schuhe"), at=len(events))
    query.refresh_from_db()
    assert query.searches == 3


def test_an_event_that_is_sent_again_counts_once() -> None:
    sent = [searched("a", "boots"), followed("b", "boots", 9001)]
    count(*sent)
    count(*sent, searched("c", "boots"), at=len(sent))
    count(*sent, partition=1)
    query = SearchQuery.objects.get()
    assert (query.searches, query.clicks) == (2, 1)
    assert SearchClick.objects.get().clicks == 1


def test_events_are_remembered_while_they_may_be_sent_again() -> None:
    count(searched("a", "boots"), searched("b", "boots", ts=4 * DAY))
    searches.purge()
    assert list(SearchEvent.objects.values_list("event", flat=True)) == ["b"]


def test_a_query_of_no_words_and_one_without_a_search_are_no_trouble() -> None:
    count(searched("a", "%_% '"), followed("b", "boots", 9001))
    assert list(SearchQuery.objects.values_list("words", "searches", "clicks")) == [("boots", 0, 1)]


def test_queries_that_nobody_searches_for_any_more_are_deleted() -> None:
    count(searched("a", "old"), searched("b", "new", ts=91 * DAY))
    assert searches.purge() == 1
    assert SearchQuery.objects.get().words == "new"


def goods_with_clicks(times: int) -> list[int]:
    for product, units in ((1, 5), (2, 6), (3, 900)):
        make_article(product=product, name="Boots", product_type=(5, "Boots"), units_recent=units)
    query = SearchQuery.objects.create(
        words="boots", searches=times, last_searched="2020-09-22", clicks=40
    )
    SearchClick.objects.create(query=query, product=1, clicks=40)
    goods = facet_index()
    found = rank_with_clicks("Boots", goods)
    return [int(goods.of("product")[row]) for row in goods.by_score(found.rows, found.score)]


def test_clicks_move_a_product_of_a_frequent_query_up_within_a_bound() -> None:
    assert goods_with_clicks(MIN_SEARCHES) == [3, 1, 2]
    goods = facet_index()
    gained = rank_with_clicks("boots", goods).score - rank("boots", goods).score
    assert 0 < gained.max() < MOST


def test_of_a_rare_query_and_when_switched_off_clicks_move_nothing(
    settings: LazySettings,
) -> None:
    assert goods_with_clicks(MIN_SEARCHES - 1) == [3, 2, 1]
    SearchQuery.objects.update(searches=MIN_SEARCHES)
    settings.SEARCH_CLICKS = False
    goods = facet_index()
    assert (rank_with_clicks("boots", goods).score == rank("boots", goods).score).all()


def test_the_admin_lists_queries_and_leads_to_a_synonym(admin_client: Client) -> None:
    count(searched("a", "moon boots", found=0), searched("b", "boots"), followed("c", "boots", 1))
    page = admin_client.get("/admin/catalog/searchquery/?results=none").content.decode()
    assert "moon boots" in page
    assert "/admin/catalog/searchsynonym/add/?words=moon+boots" in page
    assert "100%" not in page
    assert "100%" in admin_client.get("/admin/catalog/searchquery/").content.decode()
