"""What readers get of articles, who may read a shopper, and where keys lie in a cluster."""

import pytest
import redis
from django.test import Client
from redis.crc import key_slot

from catalog.tests.factories import make_article
from streaming import clock, connection, keys, metrics
from streaming.events.actions import Action
from streaming.features import dislikes, store, trends
from streaming.features.registry import DISLIKES
from streaming.features.state import State, pack
from streaming.features.store.writer import Effect, Writer
from streaming.features.trends import Increments
from streaming.tests.traffic import START

pytestmark = pytest.mark.django_db


def effect(partition: int, increments: Increments, expected: int = -1) -> Effect:
    states = {"c1": pack(State(last_ms=START))} if partition == 5 else {}
    return Effect(partition, "t", expected, expected + 10, states, increments)


def counted(*events: tuple[Action, int]) -> Increments:
    increments = Increments.around(START)
    for kind, article in events:
        increments.add(kind, START, [(article, 1)])
    return increments


@pytest.fixture
def writer(store: None) -> Writer:
    clock.set_now(START)
    writer = Writer(connection.client())
    writer.positions("t", range(6))
    return writer


@pytest.mark.feature("views, adds, purchases", "add_rate, purchase_rate")
def test_an_articles_counts_are_summed_over_partitions_and_come_with_the_shopper(
    writer: Writer,
) -> None:
    first = counted((Action.VIEW, 7), (Action.VIEW, 7), (Action.BAG_ADD, 7), (Action.VIEW, 8))
    second = counted((Action.VIEW, 7), (Action.PURCHASE, 7))
    assert writer.apply([effect(0, first), effect(3, second)]) == [True, True]
    found = store.snapshot("c1", articles=[7, 8, 9]).articles
    assert (found[7].views, found[7].adds, found[7].purchases) == (3, 1, 1)
    assert (found[9].views, found[9].adds) == (0, 0)
    assert found[7].add_rate == pytest.approx((10 * 1 / 4 + 1) / (10 + 3))
    assert found[9].add_rate == pytest.approx(1 / 4)
    assert store.snapshot("c1").articles == {}


def test_a_batch_that_comes_twice_is_refused_and_counts_once(writer: Writer) -> None:
    batch = effect(0, counted((Action.VIEW, 7)))
    assert writer.apply([batch]) == [True]
    assert writer.apply([batch]) == [False]
    assert store.snapshot("c1", articles=[7]).articles[7].views == 1


def test_packed_counts_dont_run_into_each_other() -> None:
    added = trends.ADDED
    packed = (
        2_000_000 * added[Action.VIEW]
        + 1_500_000 * added[Action.BAG_ADD]
        + 3 * added[Action.PURCHASE]
    )
    assert trends.unpacked([packed, added[Action.VIEW]]) == (2_000_001, 1_500_000, 3)
    assert packed < 2**63


def test_every_key_of_a_batch_lies_in_its_partitions_slot_and_expires(writer: Writer) -> None:
    increments = counted((Action.VIEW, 7), (Action.PURCHASE, 8))
    made = effect(5, increments)
    names, _ = made.arguments()
    slots = {key_slot(name.encode()) for name in names}
    assert slots == {key_slot(keys.fence(5, "t").encode())}
    assert key_slot(keys.fence(4, "t").encode()) not in slots
    writer.apply([made])
    written = list(connection.client().scan_iter("{p5}:*"))
    assert len(written) == 5
    assert all(connection.client().ttl(key) > 0 for key in written)


def test_a_shopper_sees_their_own_features_and_nobody_elses(writer: Writer, client: Client) -> None:
    article = make_article().pk
    writer.apply([effect(0, counted((Action.VIEW, article)))])
    own = client.get("/api/v1/features/me/", {"article": f"{article:010d}"})
    assert own.status_code == 200
    assert own.json()["articles"][f"{article:010d}"]["views"] == 1
    assert own.json()["features"]["recents"] == []
    assert client.get("/api/v1/features/c1/").status_code == 403
    assert client.get("/api/v1/features/me/", {"article": "x"}).status_code == 400


def test_a_superuser_sees_any_shoppers_features(writer: Writer, admin_client: Client) -> None:
    writer.apply([effect(5, Increments.around(START))])
    answer = admin_client.get("/api/v1/features/c1/").json()
    assert answer["features"]["last_seen"] == START
    assert admin_client.get("/api/v1/features/x1/").status_code == 404


@pytest.mark.feature("dislikes")
def test_what_a_shopper_dislikes_is_bounded_and_comes_with_them(writer: Writer) -> None:
    for article in range(1, DISLIKES.bound + 4):
        dislikes.add("c1", article)
    found = store.snapshot("c1").dislikes
    assert len(found) == DISLIKES.bound
    assert found == dislikes.of("c1")
    dislikes.remove("c1", found[0])
    assert store.snapshot("c1").dislikes == found[1:]
    assert store.snapshot("c2").dislikes == []


def test_prometheus_reads_the_workers_figures(store: None) -> None:
    from prometheus_client import CollectorRegistry, generate_latest

    from streaming.consumer.assignment import Assignment
    from streaming.consumer.processor import Log
    from streaming.consumer.worker_metrics import WorkerMetrics
    from streaming.status import publish

    metrics_ = WorkerMetrics("w1", events=7, ends={2: 30})
    publish(connection.client(), metrics_.report(Assignment([2], Log("events", "t"), {2: 10})))
    registry = CollectorRegistry()
    registry.register(metrics.Stream())
    text = generate_latest(registry).decode()
    assert 'stream_events_total{worker="w1"} 7.0' in text
    assert 'stream_lag{partition="2"} 20.0' in text


def test_after_an_error_the_next_question_gets_its_own_answers() -> None:
    connection.client().set("word", "one")
    with pytest.raises(redis.ResponseError):
        connection.execute(("ZREVRANGE", "word", 0, -1), ("GET", "word"), ("GET", "word"))
    assert connection.execute(("GET", "none"), ("GET", "word")) == [None, b"one"]


def test_a_connection_that_redis_closed_begins_anew() -> None:
    connection.client().set("word", "one")
    for _ in range(2):
        assert connection.execute(("GET", "word")) == [b"one"]
        connection.client().client_kill_filter(_type="normal", skipme=True)
