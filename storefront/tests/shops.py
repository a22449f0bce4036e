"""A small shop for the tests of its pages, and a reader of the events the pages published."""

import re
import time
from dataclasses import dataclass
from datetime import date

from confluent_kafka import Consumer, TopicPartition
from django.conf import settings
from django.test import Client

from catalog.models import Article, Customer
from catalog.tests.factories import make_article, make_customer, make_transaction
from streaming import clock
from streaming.events.schema import Event, Search, decode, encode
from streaming.identity.shoppers import COOKIE
from streaming.producers import producer
from streaming.producers.acknowledged import Sender, outgoing

PATIENCE_S = 180.0
MARK = "mark-"


@dataclass(frozen=True)
class Shop:
    """Two colours of a shirt, a dress, and a customer who bought the shirt."""

    shirt: Article
    other_colour: Article
    dress: Article
    customer: Customer


def make_shop() -> Shop:
    shirt = make_article(
        900000001,
        product=900000,
        name="Linen shirt",
        price=29.99 / 590,
        units_recent=5,
        has_picture=True,
    )
    other = make_article(
        900000002, product=900000, name="Linen shirt", colour=(9, "Dark Red"), price=24.99 / 590
    )
    dress = make_article(
        800000001,
        product=800000,
        name="Garden dress",
        description="A dress <b>with</b> flowers & leaves.",
        product_type=(265, "Dress"),
        garment_group=(1013, "Dresses"),
        price=49.99 / 590,
    )
    customer = make_customer(1, age=34)
    for day in (1, 2):
        make_transaction(customer=customer, article=shirt, t_dat=date(2020, 9, day))
    return Shop(shirt, other, dress, customer)


def make_blouse() -> Article:
    """An article that comes in the letter sizes."""
    return make_article(
        910000001,
        name="Silk blouse",
        product_type=(305, "Blouse"),
        product_group="Garment Upper body",
        index=("A", "Ladieswear"),
        price=19.99 / 590,
    )


def address(article: Article) -> str:
    return f"/article/{article.article_id}/"


def anonymous_shopper(client: Client) -> str:
    """The id in the client's signed cookie."""
    return client.cookies[COOKIE].value.split(":")[0]


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    assert found is not None, f"no hidden field {name}"
    return found[1]


def published(shopper: str, at_least: int = 1) -> list[Event]:
    """The shopper's events on the topic, read from its beginning, in order per partition.

    A mark sent afterwards to every partition (an Identify goes to the anonymous shopper's) shows
    when all have been read.
    """
    producer.close()
    mark = Search(
        id=f"{MARK}{producer.new_id()}",
        shopper=shopper,
        ts=clock.now_ms(),
        source="api",
        query="mark",
    )
    marks = [outgoing(encode(mark))._replace(partition=n) for n in range(settings.KAFKA_PARTITIONS)]
    assert Sender().send(marks) == []
    consumer = Consumer(
        {
            "bootstrap.servers": settings.KAFKA_BOOTSTRAP_SERVERS,
            "group.id": "tests",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 20,
        }
    )
    places = [TopicPartition(settings.KAFKA_TOPIC, n, 0) for n in range(settings.KAFKA_PARTITIONS)]
    consumer.assign(places)
    try:
        return _read(consumer, shopper, mark.id, at_least)
    finally:
        consumer.close()


def _read(consumer: Consumer, shopper: str, mark: str, at_least: int) -> list[Event]:
    events: list[Event] = []
    marks, give_up = 0, time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up and (
        marks < settings.KAFKA_PARTITIONS or len(events) < at_least
    ):
        messages = consumer.consume(1000, timeout=0.2)
        found = [decode(m.value() or b"") for m in messages if m.error() is None]
        own = [event for event in found if event.shopper == shopper]
        marks += sum(event.id == mark for event in own)
        events += [event for event in own if not event.id.startswith(MARK)]
    return events
