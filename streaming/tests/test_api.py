import json
from typing import Any

import pytest
from django.test import Client

from catalog.tests.factories import make_article
from catalog.tests.http import new_address
from streaming.api.serializers import known_articles
from streaming.events import schema
from streaming.producers import producer
from streaming.tests.kafka import messages
from web.api.quotas import Limit

pytestmark = pytest.mark.django_db
URL = "/api/v1/events/"


@pytest.fixture
def shop(log: str, store: None) -> Client:
    make_article(108775015)
    known_articles.keys.clear()
    return Client()


def post(client: Client, body: object) -> Any:
    return client.post(URL, json.dumps(body), content_type="application/json", secure=True)


def test_an_event_reaches_kafka_with_the_sessions_shopper_and_the_shops_time(
    shop: Client, log: str
) -> None:
    reply = post(
        shop, {"type": "view", "article": "0108775015", "widget": "similar", "position": 3}
    )
    assert reply.status_code == 202, reply.content
    producer.close()
    (message,) = messages(log, 1)
    event = schema.decode(message.value() or b"")
    assert isinstance(event, schema.View)
    assert (event.id, event.article, event.position) == (reply.json()["ids"][0], 108775015, 3)
    assert event.source == "api"
    assert event.shopper in shop.cookies["shopper"].value


def test_a_list_of_events_keeps_its_order_and_ids(shop: Client, log: str) -> None:
    body = [{"type": "bag_add", "article": 108775015, "id": f"mine-{i}"} for i in range(5)]
    reply = post(shop, [*body, {"type": "search", "query": "linen"}])
    assert reply.json()["ids"][:5] == [f"mine-{i}" for i in range(5)]
    producer.close()
    got = [schema.decode(message.value() or b"") for message in messages(log, 6)]
    assert [event.id for event in got] == reply.json()["ids"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "view", "article": "0999999999"}, "article"),
        ({"type": "view", "article": "none"}, "article"),
        ({"type": "view", "article": 99999999999}, "article"),
        ({"type": "view", "article": True}, "article"),
        ({"type": "view"}, "article"),
        ({"type": "search"}, "query"),
        ({"type": "dance", "article": 108775015}, "type"),
        ({"type": "purchase", "article": 108775015}, "type"),
        ({"type": "identify"}, "type"),
        ({"type": "click", "article": 108775015, "position": -1}, "position"),
        ({"type": "click", "article": 108775015, "rec_id": "x" * 65}, "rec_id"),
        ({"type": "view", "article": 108775015, "id": "no spaces"}, "id"),
        ("text", "non_field_errors"),
    ],
)
def test_a_bad_event_is_answered_with_the_field(shop: Client, body: object, field: str) -> None:
    reply = post(shop, body)
    assert reply.status_code == 400
    assert field in reply.json()["errors"]


def test_one_bad_event_refuses_its_list(shop: Client) -> None:
    good = {"type": "view", "article": 108775015}
    reply = post(shop, [good, {"type": "view", "article": 5}])
    assert reply.status_code == 400
    assert reply.json()["errors"] == {"1": {"article": ["No article 0000000005."]}}


@pytest.mark.parametrize("number", [0, 101])
def test_a_list_has_between_one_and_a_hundred_events(shop: Client, number: int) -> None:
    assert post(shop, [{"type": "view", "article": 108775015}] * number).status_code == 400


def test_events_are_limited(shop: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limit, "THROTTLE_RATES", {"events": "2/day"})
    shop.defaults["REMOTE_ADDR"] = new_address()
    body = {"type": "view", "article": 108775015}
    replies = [post(shop, body) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [202, 202, 429]
    assert replies[1]["RateLimit"].startswith('"events";r=0;t=')
