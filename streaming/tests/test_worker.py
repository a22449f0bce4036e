"""The stream worker as it runs in the shop, killed and cut off in the middle of its work."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from catalog.tests.factories import make_article
from streaming import connection, keys
from streaming.consumer.runtime import JOIN_S
from streaming.consumer.watchdog import EXIT_FAILED, STUCK_S, Watchdog
from streaming.events.actions import Action
from streaming.events.schema import View
from streaming.features import dislikes, store, verify
from streaming.features.processor import FeatureProcessor
from streaming.kafka import topics
from streaming.producers import producer
from streaming.producers.acknowledged import Outgoing, Sender
from streaming.replay.replay import Publisher
from streaming.status import WorkerStatus, series, workers
from streaming.tests.kafka import messages
from streaming.tests.progress import done, features, finish
from streaming.tests.running import Running
from streaming.tests.servers import Valkey, Worker, eventually
from streaming.tests.traffic import START, traffic

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
EVENTS = 40_000


@pytest.fixture
def articles(log: str, store: None) -> list[int]:
    kinds = [(7001, "Shirts"), (7002, "Knitwear"), (7003, "Trousers")]
    groups = [(1, "Women"), (2, "Men")]
    return [
        make_article(
            garment_group=kinds[i % 3], index=("WM"[i % 2], "x"), index_group=groups[i % 2]
        ).pk
        for i in range(30)
    ]


@pytest.fixture
def worker(articles: list[int], tmp_path: Path) -> Iterator[Worker]:
    with Worker(tmp_path / "worker.log") as worker:
        yield worker


def publish(number: int, articles: list[int]) -> None:
    publisher = Publisher()
    publisher.send(traffic(number, articles))
    publisher.settle()


def status() -> WorkerStatus:
    eventually(lambda: bool(workers()), "a status")
    return workers()[0]


def test_a_worker_killed_in_the_middle_leaves_the_features_of_an_unbroken_run(
    worker: Worker, articles: list[int]
) -> None:
    client = connection.client()
    publish(EVENTS, articles)
    finish(client, EVENTS)
    unbroken = features(client)
    assert sum(key.find(b":s:") > 0 for key in unbroken) > 400
    worker.kill()
    dislikes.add("c1", articles[0])
    with pytest.raises(CommandError, match="Stop the stream workers first"):
        call_command("rebuild_features", "--source=log")
    client.delete(*client.scan_iter(keys.status("*")))  # as after TTL_S seconds
    call_command("rebuild_features", "--source=log")
    assert not features(client)
    assert dislikes.of("c1") == [articles[0]]
    for share in (0.2, 0.5, 0.8):
        worker.start()
        eventually(lambda share=share: done(client) > share * EVENTS, "progress")  # type: ignore[misc]
        worker.kill()
    worker.start()
    finish(client, EVENTS)
    assert features(client) == unbroken


def test_redis_killed_in_the_middle_loses_and_doubles_nothing(
    articles: list[int], tmp_path: Path
) -> None:
    publish(EVENTS, articles)
    with Valkey(tmp_path) as valkey, Worker(tmp_path / "worker.log", valkey.url) as worker:
        eventually(lambda: done(valkey.client) > EVENTS // 5, "progress")
        valkey.kill()
        time.sleep(1)
        valkey.start()
        finish(valkey.client, EVENTS)
        assert worker.process.poll() is None
        broken = features(valkey.client)
        valkey.client.flushall()
        eventually(lambda: done(valkey.client) == 0, "an empty Redis")
        worker.kill()
        worker.start()
        finish(valkey.client, EVENTS)
        assert features(valkey.client) == broken


def test_an_event_is_in_the_features_at_once_and_the_worker_says_so(
    worker: Worker, articles: list[int]
) -> None:
    shopper = "a" + "0" * 32
    eventually(lambda: bool(workers()) and workers()[0].state == "running", "a running worker")
    delays = []
    for number in range(20):
        event = View(
            id=f"d{number}", shopper=shopper, ts=START, source="shop", article=articles[number]
        )
        began = time.monotonic()
        producer.publish(event)
        eventually(
            lambda n=number: store.snapshot(shopper).state.counts.get(Action.VIEW) == n + 1,  # type: ignore[misc]
            "the view",
        )
        delays.append(time.monotonic() - began)
    assert sorted(delays)[10] < 0.5
    eventually(lambda: workers()[0].events == 20, "the worker's report")
    told = status()
    assert told.lag == 0
    assert sum(p.position for p in told.partitions.values()) == 20
    assert told.delay_p50_ms is not None
    points = series(told.worker)
    assert points
    assert points == sorted(points, key=lambda point: point.at_ms)


def test_what_cant_be_worked_on_becomes_a_dead_letter_and_the_rest_goes_on(
    worker: Worker, articles: list[int]
) -> None:
    topic = settings.KAFKA_TOPIC
    bad = [b"no json", b'{"type":"dance"}', b"\xff\xfe"]
    assert not Sender().send([Outgoing(topic, "c1", value, 0) for value in bad])
    publish(100, articles)
    finish(connection.client(), 103)
    letters = messages(settings.KAFKA_DEAD_TOPIC, 3)
    assert len(letters) == 3
    assert all(b'"topic":"%s"' % topic.encode() in (letter.value() or b"") for letter in letters)


def test_nothing_but_dead_letters_stops_the_worker_with_an_error(
    worker: Worker, articles: list[int]
) -> None:
    junk = [Outgoing(settings.KAFKA_TOPIC, "c1", b"junk", i % 6) for i in range(3000)]
    assert not Sender().send(junk)
    eventually(lambda: worker.process.poll() is not None, "the worker's end")
    assert worker.process.returncode != 0
    assert "dead letters" in worker.log.read_text()


def test_a_terminated_worker_ends_cleanly_and_its_partitions_go_to_another(
    worker: Worker, articles: list[int], tmp_path: Path
) -> None:
    client = connection.client()
    publish(2000, articles)
    finish(client, 2000)
    assert worker.stop() == 0
    before = done(client)
    with Worker(tmp_path / "second.log"):
        publisher = Publisher()
        publisher.send(traffic(500, articles, seed=2))
        publisher.settle()
        finish(client, before + 500)


def test_two_and_then_three_workers_share_the_partitions_and_lose_nothing(
    articles: list[int], tmp_path: Path
) -> None:
    client = connection.client()
    with ExitStack() as all_:
        all_.enter_context(Worker(tmp_path / "worker1.log"))
        for number in (2, 3):
            all_.enter_context(Worker(tmp_path / f"worker{number}.log"))
            eventually(lambda n=number: shares() == [6 // n] * n, f"{number} even shares")  # type: ignore[misc]
            publisher = Publisher()
            publisher.send(traffic(2000, articles, seed=number))
            publisher.settle()
            finish(client, 2000 * (number - 1))
    asked = store.shoppers(1000)
    fences, online = store.stored(topics.ensure(), asked)
    assert sum(fences.values()) >= 4000
    assert verify.differences(online, verify.from_log(asked, fences)) == []


def shares() -> list[int]:
    """How many partitions each worker works on."""
    return [len(worker.partitions) for worker in workers() if worker.state == "running"]


def test_a_loop_that_hangs_ends_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    watchdog = Watchdog(threading.Event())
    watchdog.turned_at -= STUCK_S + 1

    def end(status: int) -> None:
        ended.append(status)
        watchdog.stopping.set()

    monkeypatch.setattr("streaming.consumer.watchdog.CHECK_EVERY_S", 0.01)
    monkeypatch.setattr("streaming.consumer.watchdog.os._exit", end)
    watchdog.watch("hangs", lambda: True)
    assert ended == [EXIT_FAILED]


@pytest.mark.parametrize("after_s", [0.3, 1.0, 2.0])
def test_a_worker_that_leaves_while_another_joins_leaves_it_the_partitions(
    articles: list[int], after_s: float
) -> None:
    """The embedded broker never finishes such a rebalance: its group is made anew."""
    before = Running(FeatureProcessor())
    before.thread.start()
    before.catch_up()
    after = Running(FeatureProcessor())
    after.thread.start()
    eventually(lambda: hasattr(after.runtime, "consumer"), "a second member")
    time.sleep(after_s)
    before.stop()
    after.catch_up(3 * JOIN_S)
    after.stop()
