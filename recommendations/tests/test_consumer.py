"""The contract of the consumer runtime: the same tests with each processor, on the real log, stores
and workers."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from confluent_kafka import Consumer, TopicPartition
from django.conf import settings

from recommendations.tests.processors import (
    PROCESSORS,
    QUEUES,
    Seen,
    send_clicks,
)
from streaming import dead_letters, kafka
from streaming.consumer.applier import IN_A_ROW
from streaming.consumer.batch import PartitionBatch
from streaming.consumer.processor import Log, Processor, Work
from streaming.consumer.runtime import JOIN_S
from streaming.consumer.watchdog import EXIT_FAILED
from streaming.kafka import topics
from streaming.partitions import home_of
from streaming.tests.running import produce, running
from streaming.tests.servers import Worker, eventually

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_a_worker_says_of_itself_is_what_it_did(
    consuming: tuple[Processor, Seen], clicked: list[int]
) -> None:
    processor, _ = consuming
    send_clicks(clicked, 30)
    with running(processor) as worker:
        worker.catch_up()
        runtime = worker.runtime
        report = runtime.metrics.report(runtime.assignment)
    assert (report.processor, report.state, report.events, report.dead) == (
        processor.name, "running", 30, 0,
    )  # fmt: skip
    assert sum(partition.position for partition in report.partitions.values()) == 30
    assert report.delay_p50_ms is not None
    assert sum(report.delay_counts) == 30
    assert runtime.metrics.parts.keys() >= {"work out", "send", "write"}


def test_kafka_knows_the_position_that_a_worker_left(
    consuming: tuple[Processor, Seen], clicked: list[int]
) -> None:
    processor, _ = consuming
    send_clicks(clicked, 30)
    with running(processor) as worker:
        worker.catch_up()
    places = [TopicPartition(settings.KAFKA_TOPIC, p) for p in range(topics.size())]
    with closing(Consumer(kafka.consumer(f"{settings.KAFKA_TOPIC}.{processor.name}"))) as group:
        assert sum(max(0, place.offset) for place in group.committed(places, 10)) == 30


class Wrapped:
    """A processor that a test disturbs: attributes are the real one's."""

    def __init__(self, real: Processor) -> None:
        self.real = real

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)


class Frozen(Wrapped):
    """Stops in the middle of its first batch, as a worker does whose host is suspended."""

    def __init__(self, real: Processor) -> None:
        super().__init__(real)
        self.batches: Sequence[PartitionBatch] = ()
        self.frozen, self.thawed = threading.Event(), threading.Event()

    def prepare(self, log: Log, batches: Sequence[PartitionBatch]) -> Work:
        work = self.real.prepare(log, batches)
        if not self.frozen.is_set():
            self.batches = batches
            self.frozen.set()
            assert self.thawed.wait(60)
        return work


def test_a_worker_that_comes_back_late_is_refused_and_takes_nothing_twice(
    consuming: tuple[Processor, Seen], clicked: list[int]
) -> None:
    processor, seen = consuming
    send_clicks(clicked, 30)
    frozen, other = Frozen(processor), type(processor)()
    with running(cast("Processor", frozen)) as worker:
        assert frozen.frozen.wait(60)
        other.open()
        log = Log(settings.KAFKA_TOPIC, topics.ensure())
        taken = [batch.partition for batch in frozen.batches]
        work = other.prepare(log, frozen.batches)
        other.commit(log, other.positions(log, taken), work)
        frozen.thawed.set()
        worker.catch_up()
    assert (worker.error, worker.runtime.metrics.refused) == (None, 1)
    assert seen() == 30


class Choosy(Wrapped):
    """Fails at one record, whatever batch it comes in."""

    def prepare(self, log: Log, batches: Sequence[PartitionBatch]) -> Work:
        if any(b'"k5"' in (record.value or b"") for batch in batches for record in batch.records):
            raise ZeroDivisionError("k5")
        return self.real.prepare(log, batches)


def test_a_record_that_it_fails_at_is_found_filed_and_passed(
    consuming: tuple[Processor, Seen], clicked: list[int]
) -> None:
    processor, seen = consuming
    send_clicks(clicked, 30)
    with running(cast("Processor", Choosy(processor))) as worker:
        worker.catch_up()
    ((_, letter),) = dead_letters.dead_letters()
    assert f"{processor.name} can't work on it: ZeroDivisionError: k5" in letter.error
    assert (worker.error, worker.runtime.metrics.dead, seen()) == (None, 1, 29)


class Unlucky(Wrapped):
    """Its service is down when it first writes, and once more."""

    failures = 2

    def commit(self, log: Log, positions: Mapping[int, int], work: Work) -> None:
        if self.failures:
            self.failures -= 1
            raise self.real.unavailable[0]("down")
        self.real.commit(log, positions, work)


def test_a_service_that_is_down_is_waited_for_and_files_nothing(
    consuming: tuple[Processor, Seen], clicked: list[int]
) -> None:
    processor, seen = consuming
    send_clicks(clicked, 30)
    with running(cast("Processor", Unlucky(processor))) as worker:
        worker.catch_up()
    assert (worker.error, list(dead_letters.dead_letters()), seen()) == (None, [], 30)


@pytest.mark.slow
def test_two_share_the_partitions_and_one_takes_over_all_when_the_other_leaves(
    consuming: tuple[Processor, Seen], clicked: list[int]
) -> None:
    processor, seen = consuming
    with running(processor) as first:
        first.catch_up()
        with running(type(processor)()) as second:
            of_both = [r.runtime.assignment for r in (first, second)]
            eventually(
                lambda: [len(assignment.positions) for assignment in of_both] == [3, 3],
                "even shares",
            )
            send_clicks(clicked, 60)
            eventually(lambda: seen() == 60, "all clicks")
            assert all(r.runtime.metrics.events for r in (first, second))
        send_clicks(clicked, 30, first=60)
        first.catch_up(3 * JOIN_S)
    assert seen() == 90


@pytest.mark.slow
@pytest.mark.parametrize("name", PROCESSORS)
def test_a_worker_of_its_queue_is_killed_in_the_middle_and_told_to_stop(
    name: str, clicked: list[int], tmp_path: Path
) -> None:
    """Celery's own worker with the bootstep."""
    seen = PROCESSORS[name][1]
    send_clicks(clicked, 12_000)
    with Worker(tmp_path / "worker.log", queue=QUEUES[name]) as worker:
        eventually(lambda: seen() > 0, "the first batch")
        worker.kill()
        worker.start()
        eventually(lambda: seen() >= 12_000, "all clicks")
        send_clicks(clicked, 60, first=12_000)
        eventually(lambda: seen() >= 12_060, "the clicks behind them")
        assert worker.stop() == 0
    assert seen() == 12_060


@pytest.mark.slow
@pytest.mark.parametrize("name", PROCESSORS)
def test_a_loop_that_ends_ends_its_worker_which_gets_past_it_when_started_again(
    name: str, clicked: list[int], tmp_path: Path
) -> None:
    """The features file what isn't an event, up to the limit; attribution passes it."""
    seen = PROCESSORS[name][1]
    produce([("c1", b"junk")] * 3 * IN_A_ROW, partition=home_of("c1"))
    send_clicks(clicked, 60)
    statuses: list[int] = []

    def is_past() -> bool:
        return seen() >= 60 and bool(statuses) == (name == "features")

    with Worker(tmp_path / "worker.log", queue=QUEUES[name]) as worker:
        while not is_past():
            eventually(lambda: is_past() or worker.process.poll() is not None, "an end")
            if worker.process.poll() is not None:
                statuses.append(worker.process.returncode)
                worker.start()
            assert len(statuses) < 10
    assert set(statuses) <= {EXIT_FAILED}
