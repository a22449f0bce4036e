"""The endpoints and the fragments over HTTP."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Article
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.tests.shops import open_shop, train
from streaming.identity.shoppers import SESSION_KEY
from web.json_types import Json

pytestmark = pytest.mark.django_db
EVERY_KIND = pytest.mark.parametrize("kind", sorted(RECOMMENDERS))
API = "/api/v1/recommendations"


@pytest.fixture
def dress() -> Article:
    article = open_shop()["dress"][0]
    train()
    return article


def get(client: Client, path: str, **query: Any) -> tuple[int, Any]:
    reply = client.get(path, query)
    return reply.status_code, reply.json()


@EVERY_KIND
def test_every_kind_answers_with_all_that_explains_it(
    client: Client, dress: Article, kind: Kind
) -> None:
    status, shelf = get(client, f"{API}/{kind}/", article=dress.article_id, k=3)
    assert status == 200
    assert shelf.keys() == {
        "rec_id", "kind", "title", "strategy", "model_version", "reason", "feature_age_ms",
        "degraded", "items",
    }  # fmt: skip
    assert shelf["kind"] == kind
    assert shelf["model_version"]
    assert all(item.keys() == {"article", "score", "reason"} for item in shelf["items"])
    assert all(len(item["article"]) == 10 for item in shelf["items"])


@pytest.mark.parametrize("form", ["{:010d}", "{}"])
def test_an_article_is_named_with_or_without_its_leading_zero(
    client: Client, dress: Article, form: str
) -> None:
    status, shelf = get(client, f"{API}/similar/", article=form.format(dress.pk))
    assert (status, len(shelf["items"])) == (200, 12)


def test_the_persona_of_the_session_is_who_is_asked_about(client: Client, dress: Article) -> None:
    session = client.session
    session[SESSION_KEY] = 1
    session.save()
    assert get(client, f"{API}/for-you/")[0] == 200
    assert "shopper" not in client.get(f"{API}/for-you/").cookies


BAD = [
    ({"k": 0}, "k"),
    ({"k": 51}, "k"),
    ({"k": "many"}, "k"),
    ({"article": "abc"}, "article"),
    ({"article": "0"}, "article"),
    ({"article": "99999999999"}, "article"),
    ({"article": "4294967296"}, "article"),
    ({"article": "-1"}, "article"),
    ({"article": "１０８７７５０１５"}, "article"),
    ({"article": "1\x00"}, "article"),
    ({"index_group": "women"}, "index_group"),
    ({"index_group": 77}, "index_group"),
    ({"index_group": 10**30}, "index_group"),
]


@pytest.mark.parametrize("path", [f"{API}/for-you/", "/widgets/for-you/"])
@pytest.mark.parametrize(("query", "field"), BAD)
def test_a_bad_query_is_refused_with_the_field_named(
    client: Client, path: str, query: Json, field: str
) -> None:
    status, answer = get(client, path, **query)
    assert (status, list(answer["errors"])) == (400, [field])


@pytest.mark.parametrize("path", [f"{API}/similar/", "/widgets/similar/"])
def test_similar_needs_an_article_that_exists(client: Client, dress: Article, path: str) -> None:
    status, answer = get(client, path)
    assert (status, list(answer["errors"])) == (400, ["article"])
    status, answer = get(client, path, article="0000000001")
    assert (status, list(answer["errors"])) == (404, ["article"])


@pytest.mark.parametrize("path", [f"{API}/fortune/", "/widgets/fortune/"])
def test_an_unknown_kind_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", [f"{API}/for-you/", "/widgets/for-you/"])
def test_only_reading_is_allowed(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@EVERY_KIND
@pytest.mark.usefixtures("no_redis")
def test_without_redis_every_endpoint_and_fragment_answers(
    client: Client, dress: Article, kind: Kind
) -> None:
    query: dict[str, str] = {"article": dress.article_id}
    assert get(client, f"{API}/{kind}/", **query)[0] == 200
    assert client.get(f"/widgets/{kind}/", query).status_code == 200


@EVERY_KIND
def test_an_empty_shop_answers_with_empty_shelves(client: Client, kind: Kind) -> None:
    if RECOMMENDERS[kind].article:
        assert client.get(f"{API}/{kind}/", {"article": "1"}).status_code == 404
        return
    status, shelf = get(client, f"{API}/{kind}/")
    assert (status, shelf["items"]) == (200, [])
    assert client.get(f"/widgets/{kind}/").status_code == 200


def test_a_request_with_a_warm_bundle_reads_nothing_from_postgresql(
    client: Client, dress: Article, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(f"{API}/similar/", {"article": dress.article_id})
    with django_assert_num_queries(0):
        client.get(f"{API}/similar/", {"article": dress.article_id, "index_group": "1"})


def test_the_schema_describes_every_kind(client: Client) -> None:
    schema = client.get(reverse("schema"), {"format": "json"}).json()
    paths = {path for path in schema["paths"] if "/recommendations/" in path}
    assert paths == {f"{API}/{kind}/" for kind in RECOMMENDERS}
    similar = schema["paths"][f"{API}/similar/"]["get"]
    required = {p["name"]: p.get("required", False) for p in similar["parameters"]}
    assert required == {"article": True, "index_group": False, "k": False}
    k = next(p["schema"] for p in similar["parameters"] if p["name"] == "k")
    assert (k["minimum"], k["maximum"], k["default"]) == (1, 50, 12)
    assert similar["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith(
        "/Shelf"
    )


def test_nobody_is_made_up_for_who_only_reads(client: Client, dress: Article) -> None:
    assert not client.get(f"{API}/for-you/").cookies
    assert not client.get(f"{API}/similar/", {"article": dress.article_id}).cookies
