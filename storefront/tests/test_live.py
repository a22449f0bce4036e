"""The live page's view of the stream, and its replay button."""

from datetime import date

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from catalog.tests.factories import make_article, make_customer, make_transaction
from storefront.live import live, replaying
from storefront.tests.test_bag import at_once
from streaming.events.schema import View, decode
from streaming.partitions import partition_of
from streaming.replay.replay import Publisher
from streaming.tests.traffic import START


def test_the_last_events_of_a_partition_are_read_from_where_its_worker_stands(log: str) -> None:
    publisher = Publisher()
    made = [
        View(id=f"v{n}", shopper="c1", ts=START + n, source="shop", article=1) for n in range(12)
    ]
    publisher.send(made)
    publisher.settle()
    place = partition_of("c1", settings.KAFKA_PARTITIONS)
    found = [decode(value).id for value in live._read({place: 12})]
    assert found == [f"v{n}" for n in range(4, 12)]


def test_another_shopper_is_nobody_in_particular() -> None:
    event = View(id="v", shopper="c17", ts=START, source="shop", article=1)
    assert live._told(event, "c1", {}).who == "A customer"
    assert live._told(event, "c17", {}).who == "You"


@pytest.mark.django_db(transaction=True)
def test_one_day_is_replayed_at_a_time() -> None:
    make_transaction(article=make_article(), customer=make_customer(), t_dat=date(2020, 9, 1))
    cache.delete(replaying.RUNNING)
    began: list[bool] = []
    try:
        at_once(4, lambda: began.append(replaying.start(date(2020, 9, 1), 3600)))
        assert sorted(began) == [False, False, False, True]
        assert replaying.running() == "01 September 2020 at ×3600"
        answer = Client().post("/live/replay/", {"day": "2020-09-01", "speed": "300"}, follow=True)
        assert "One at a time." in answer.text
    finally:
        cache.delete(replaying.RUNNING)
        for child in replaying._children:
            child.kill()
            child.wait()
