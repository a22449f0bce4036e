"""The live page's view of the stream, and its replay button."""

from datetime import date

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from catalog.models import Article
from catalog.tests.factories import make_article, make_customer, make_transaction
from recommendations.recommenders.kinds import Kind
from storefront.live import live, replaying, story
from storefront.tests.test_bag import at_once
from streaming.events.actions import Action
from streaming.events.schema import View, decode
from streaming.features.state import State, packed_recents, recent_key
from streaming.features.store import Snapshot
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
    assert live._happening(event, "c1", {}).who == "A customer"
    assert live._happening(event, "c17", {}).who == "You"


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


def state_of(*actions: tuple[int, str, int]) -> Snapshot:
    """`actions` are (article, kind, second), newest first; those for the bag are in it."""
    recents = {recent_key(a, Action(kind).code): s for a, kind, s in reversed(actions)}
    bag = [article for article, kind, _ in actions if kind == "bag_add"]
    return Snapshot(State(last_ms=9_000, recents=packed_recents(recents), bag=bag), 10_000)


def test_a_story_goes_back_to_before_an_action() -> None:
    live = state_of((3, "bag_add", 8), (2, "view", 6), (1, "bag_add", 5))
    before = story.until(live, 7)
    assert [recent.article for recent in before.recents] == [2, 1]
    assert before.stored.bag == [1]
    assert [recent.article for recent in live.recents] == [3, 2, 1]


def test_a_story_tells_the_action_the_tastes_and_the_shelves(
    stock: dict[str, list[Article]],
) -> None:
    shirt, dress = next(iter(stock.values()))[0], list(stock.values())[1][0]
    live = state_of((dress.pk, "view", 8), (shirt.pk, "click", 6), (shirt.pk, "view", 6))
    latest, first = story.story_of("a" + "0" * 32, live)
    assert latest.sentence == f"You looked at {dress.title}"
    assert dress.product_type.name in latest.moved
    viewed = next(c for c in latest.changed if c.kind == Kind.RECENTLY_VIEWED)
    assert [article.pk for article in viewed.came] == [dress.pk]
    assert first.article == shirt
