"""API features for programs: products, sparse fieldsets, ETags, and quotas."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.throttling import BaseThrottle

from catalog.models import ApiKey, IngestRun
from catalog.tests.factories import make_article
from catalog.tests.http import new_address
from web.api.quotas import Limit, address_of, counter

pytestmark = pytest.mark.django_db
API = "/api/v1"


def get(client: Client, path: str, **query: str | int) -> Any:
    reply = client.get(f"{API}/{path}/", query)
    assert reply.status_code == 200, reply.content
    return reply.json()


def codes(client: Client, **query: str | int) -> list[str]:
    return [product["product_code"] for product in get(client, "products", **query)["results"]]


# --- products -------------------------------------------------------------------------------------


def test_a_product_comes_with_its_articles_and_their_prices(client: Client) -> None:
    make_article(1001, product=1, price=29.99 / 590, units_recent=2, name="Linen shirt")
    make_article(1002, product=1, price=24.99 / 590, units_recent=5, name="Linen shirt")
    (product,) = get(client, "products")["results"]
    assert product["product_code"] == "0000001"
    assert product["price"] == {"lowest": "24.99", "highest": "29.99", "currency": "€"}
    assert product["units_recent"] == 7
    assert product["lead"] == "0000001002"
    shown = [article["article_id"] for article in product["articles"]]
    assert shown == ["0000001002", "0000001001"]
    assert client.get(product["url"]).json() == product


def test_a_product_is_led_by_the_article_that_was_asked_for(client: Client) -> None:
    make_article(1001, product=1, colour=(1, "Red"))
    make_article(1002, product=1, colour=(2, "Blue"), units_recent=5)
    make_article(2001, product=2, colour=(2, "Blue"), units_recent=1)
    (red,) = get(client, "products", colour=1)["results"]
    assert (red["lead"], len(red["articles"])) == ("0000001001", 2)
    assert codes(client, colour=2) == ["0000001", "0000002"]


@pytest.mark.parametrize("order", ["popular", "newest", "price", "-price"])
def test_paging_gives_every_product_once(client: Client, order: str) -> None:
    for product in range(1, 12):
        for n in range(1 + product % 3):
            make_article(product * 1000 + n, product=product, units_recent=n, price=(n + 1) / 590)
    page = get(client, "products", order=order, page_size=4)
    seen = [product["product_code"] for product in page["results"]]
    while page["next"]:
        page = client.get(page["next"]).json()
        seen += [product["product_code"] for product in page["results"]]
    assert sorted(seen) == [f"{product:07d}" for product in range(1, 12)]


def test_products_are_found_by_words(client: Client) -> None:
    make_article(1001, product=1, name="Linen shirt")
    make_article(2001, product=2, name="Coat", description="Of linen.")
    make_article(3001, product=3, name="Sock")
    assert codes(client, search="linen") == ["0000001", "0000002"]


@pytest.mark.parametrize("code", ["9", "abc", "-1", "99999999999", "2147483648"])
def test_what_is_no_product_is_a_404(client: Client, code: str) -> None:
    make_article(1001, product=1)
    reply = client.get(f"{API}/products/{code}/")
    assert (reply.status_code, reply["Content-Type"]) == (404, "application/problem+json")


def test_a_page_of_products_takes_three_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for product in range(1, 20):
        make_article(product * 1000, product=product)
    codes(client)  # fill the cache of terms
    with django_assert_num_queries(3):
        assert len(codes(client, page_size=15)) == 15


# --- search ---------------------------------------------------------------------------------------


def test_a_search_says_what_it_took_the_words_for_and_counts(client: Client) -> None:
    make_article(1001, product=1, name="Linen shirt", colour_master=(1, "Red"))
    make_article(1002, product=1, name="Linen shirt", colour_master=(2, "Blue"), units_recent=5)
    make_article(2001, product=2, name="Linen coat", colour_master=(2, "Blue"))
    make_article(3001, product=3, name="Sock")
    body = get(client, "search", q="linnen")
    assert (body["words"], body["corrected"], body["count"]) == ("linen", True, 2)
    assert [product["lead"] for product in body["results"]] == ["0000001002", "0000002001"]
    counts = {option["name"]: option["count"] for option in body["facets"]["colour_master"]}
    assert counts == {"Red": 1, "Blue": 2}
    (red,) = get(client, "search", q="linen", colour_master="1")["results"]
    assert red["lead"] == "0000001001"


def test_a_search_pages_in_any_order(client: Client) -> None:
    for n in range(1, 8):
        make_article(n * 1000, product=n, name=f"Shirt {n}", price=n / 590)
    page = get(client, "search", q="shirt", order="-price", page_size=3)
    seen = page["results"]
    while page["next"]:
        page = client.get(page["next"]).json()
        seen += page["results"]
    assert [product["product_code"] for product in seen] == [f"{n:07d}" for n in range(7, 0, -1)]


@pytest.mark.parametrize(
    "query",
    [
        {"q": ""}, {"q": "x" * 10_001}, {"q": "\x00"}, {"section": "x"}, {"section": "1,,2"},
        {"section": "-2"}, {"order": "best"}, {"page_size": "0"}, {"cursor": "x"},
        {"cursor": "-1"},
    ],
)  # fmt: skip
def test_a_wrong_part_of_a_search_is_named(client: Client, query: dict[str, str]) -> None:
    make_article()
    reply = client.get(f"{API}/search/", {"q": "shirt", **query})
    assert reply.status_code == 400
    assert reply.json()["errors"].keys() == query.keys()


# --- sparse answers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "fields", "given"),
    [
        ("articles", "name,price", {"article_id", "name", "price"}),
        ("articles/0000001001", "variants", {"article_id", "variants"}),
        ("products", "name", {"product_code", "name"}),
        ("products/1", "price,url", {"product_code", "price", "url"}),
    ],
)
def test_only_the_members_asked_for_are_given(
    client: Client, path: str, fields: str, given: set[str]
) -> None:
    make_article(1001, product=1)
    make_article(1002, product=1)
    body = get(client, path, fields=fields)
    one = body["results"][0] if "results" in body else body
    assert one.keys() == given
    assert all("name" in variant for variant in one.get("variants", []))


def test_a_member_that_isnt_there_is_named(client: Client) -> None:
    make_article()
    reply = client.get(f"{API}/articles/", {"fields": "name,secret"})
    assert reply.status_code == 400
    assert reply.json()["errors"] == {"fields": ["There is no field 'secret'."]}


# --- tags -----------------------------------------------------------------------------------------


def ingested(status: str = IngestRun.Status.DONE) -> IngestRun:
    return IngestRun.objects.create(status=status, finished_at=timezone.now())


@pytest.mark.parametrize("path", ["articles/", "articles/1001/", "products/", "taxonomy/", "menu/"])
def test_what_a_client_has_already_isnt_sent_again(
    client: Client, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_article(1001)
    ingested()
    tag = client.get(f"{API}/{path}")["ETag"]
    for sent in (tag, f"W/{tag}", f'"other", {tag}'):
        with django_assert_num_queries(1):
            reply = client.get(f"{API}/{path}", headers={"If-None-Match": sent})
        assert (reply.status_code, reply.content, reply["ETag"]) == (304, b"", tag)
    assert client.get(f"{API}/{path}?x=1")["ETag"] != tag


def test_an_ingest_makes_what_a_client_has_old(client: Client) -> None:
    make_article(1001)
    ingested()
    tag = client.get(f"{API}/articles/")["ETag"]
    ingested(IngestRun.Status.RUNNING)
    reply = client.get(f"{API}/articles/", headers={"If-None-Match": tag})
    assert (reply.status_code, "ETag" in reply) == (200, False)
    ingested()
    reply = client.get(f"{API}/articles/", headers={"If-None-Match": tag})
    assert reply.status_code == 200
    assert reply["ETag"] != tag


def test_what_isnt_there_has_no_tag_that_anything_else_has(client: Client) -> None:
    ingested()
    reply = client.get(f"{API}/articles/7/", headers={"If-None-Match": "*"})
    assert reply.status_code == 404


# --- quotas ---------------------------------------------------------------------------------------


@pytest.fixture
def two_reads(monkeypatch: pytest.MonkeyPatch, client: Client) -> Client:
    monkeypatch.setattr(Limit, "THROTTLE_RATES", {"reads": "2/day"})
    client.defaults["REMOTE_ADDR"] = new_address()
    cache.clear()
    counter.reset()
    return client


def test_every_answer_says_what_is_left(two_reads: Client) -> None:
    replies = [two_reads.get(f"{API}/taxonomy/") for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert {reply["RateLimit-Policy"] for reply in replies} == {'"reads";q=2;w=86400'}
    assert [reply["RateLimit"].split(";")[1] for reply in replies] == ["r=1", "r=0", "r=0"]
    refused = replies[2]
    assert refused["Content-Type"] == "application/problem+json"
    assert 0 < int(refused["Retry-After"]) <= 86400


def test_processes_count_together(two_reads: Client) -> None:
    assert two_reads.get(f"{API}/taxonomy/").status_code == 200
    counter.reset()  # like another process, which hasn't seen this client
    statuses = [two_reads.get(f"{API}/taxonomy/").status_code for _ in range(2)]
    assert statuses == [200, 429]


def test_an_address_that_a_client_claims_isnt_believed(two_reads: Client) -> None:
    statuses = [
        two_reads.get(f"{API}/taxonomy/", headers={"X-Forwarded-For": f"198.51.100.{n}"})
        for n in range(3)
    ]
    assert [reply.status_code for reply in statuses] == [200, 200, 429]


def test_a_key_has_a_quota_of_its_own(two_reads: Client) -> None:
    key = ApiKey(name="quota")
    secret = key.draw()
    key.save()
    for _ in range(2):
        two_reads.get(f"{API}/taxonomy/")
    reply = two_reads.get(f"{API}/taxonomy/", headers={"Authorization": f"Bearer {secret}"})
    assert reply.status_code == 200


def test_without_redis_each_process_counts_for_itself(
    two_reads: Client, settings: Settings
) -> None:
    dead = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": dead}}
    statuses = [two_reads.get(f"{API}/taxonomy/").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


@pytest.mark.parametrize(
    ("proxies", "claimed", "believed"),
    [
        (0, "9.9.9.9", "127.0.0.1"),
        (1, None, "127.0.0.1"),
        (1, "9.9.9.9, 8.8.8.8", "8.8.8.8"),
        (2, "9.9.9.9, 8.8.8.8", "9.9.9.9"),
        (3, "9.9.9.9, 8.8.8.8", "9.9.9.9"),
    ],
)
def test_of_a_claimed_address_only_what_a_proxy_of_ours_added_is_believed(
    settings: Settings, proxies: int, claimed: str | None, believed: str
) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    headers = {} if claimed is None else {"X-Forwarded-For": claimed}
    request = RequestFactory().get("/", headers=headers)
    assert address_of(request) == believed
    assert address_of(request) == BaseThrottle().get_ident(request)  # type: ignore[arg-type]
