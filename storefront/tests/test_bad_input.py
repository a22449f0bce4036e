"""Malformed, oversized or hostile requests: each is refused with a 4xx that says why.

One line of bad_input.jsonl each: `why`, `to` (method and address), the expected `status`, and a
`body` (JSON), a `text` or bytes in `hex`. {"$repeat": [x, n]} and {"$concat": […]} stand for values
too long to write out.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from pytest_django import Settings

from catalog.tests.factories import make_article
from streaming.connection import client as redis
from streaming.events.schema import decode
from streaming.producers import producer, spool
from streaming.tests.kafka import messages
from web.api.quotas import Limit
from web.json_types import Json

CASES = [json.loads(line) for line in Path(__file__).with_name("bad_input.jsonl").open()]
GOOD = {"type": "view", "article": "0108775015", "id": "good"}
COUNTS = (b"quota:",)  # request counters
UNLIMITED = dict.fromkeys(("reads", "recommendations", "events", "photos"), "100000000/min")


def written_out(value: object) -> Any:
    """The value with its placeholders expanded."""
    if isinstance(value, list):
        return [written_out(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$repeat" in value:
        what, times = value["$repeat"]
        return written_out(what) * times
    if "$concat" in value:
        return "".join(written_out(part) for part in value["$concat"])
    return {name: written_out(item) for name, item in value.items()}


def sent(case: Json) -> bytes:
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    if "text" in case:
        return str(written_out(case["text"])).encode()
    return json.dumps(written_out(case["body"])).encode() if "body" in case else b""


def answer(client: Client, case: Json) -> Any:
    method, _, address = str(written_out(case["to"])).partition(" ")
    headers = {name: case[name] for name in ("authorization",) if name in case}
    kind = case.get("media", "application/json")
    return client.generic(method, address, sent(case), kind, headers=headers)


def everything_kept() -> dict[str, object]:
    """Row counts of all tables, the events waiting for Kafka, and the keys in Redis."""
    tables = [model for model in apps.get_models() if model._meta.managed]
    rows = {model._meta.label: model._default_manager.count() for model in tables}
    redis_keys = {key for key in redis().scan_iter() if not key.startswith(COUNTS)}
    return {**rows, "spooled": spool.size(), "redis": redis_keys}


@pytest.fixture
def shop(
    db: None, log: str, store: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Client:
    settings.DEMO = False
    monkeypatch.setattr(Limit, "THROTTLE_RATES", UNLIMITED)
    make_article(108775015)
    return Client(raise_request_exception=False)


def test_bad_input_is_refused_and_leaves_nothing_behind(shop: Client, log: str) -> None:
    assert len(CASES) >= 500
    before = everything_kept()
    wrong = []
    for case in CASES:
        reply = answer(shop, case)
        problem = reply["Content-Type"].startswith("application/problem+json")
        if reply.status_code != case["status"] or (problem != ("/api/" in str(case["to"]))):
            wrong.append(f"{reply.status_code}, not {case['status']}: {case['why']}: {case['to']}")
    assert wrong == [], "\n".join(wrong)
    assert everything_kept() == before
    reply = shop.post("/api/v1/events/", GOOD, content_type="application/json")
    assert reply.status_code == 202
    producer.close()
    assert [decode(message.value() or b"").id for message in messages(log, 1)] == ["good"]
