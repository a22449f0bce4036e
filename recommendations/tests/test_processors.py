"""The contract of the consumer runtime and its processors: the same tests for each processor, on the
real log, stores and workers."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from confluent_kafka import Consumer, TopicPartition
from django.conf import settings
from django.core.management import call_command

from catalog.tests.factories import make_article
from recommendations.attribution.models import Interaction
from recommendations.attribution.processor import AttributionProcessor
from recommendations.attribution.rec_id import make
from recommendations.serving import servings
from streaming import clock, dead_letters, kafka
from streaming.consumer.applier import IN_A_ROW
from streaming.consumer.batch import PartitionBatch
from streaming.consumer.processor import NO_POSITION, Log, Processor, RefusedError, Work
from streaming.consumer.runtime import JOIN_S
from streaming.consumer.watchdog import EXIT_FAILED
from streaming.events.actions import Action
from streaming.events.schema import Click, Event, Identify, Merge, encode
from streaming.features import sampling, store
from streaming.features.processor import FeatureProcessor
from streaming.kafka import topics
from streaming.partitions import home_of
from streaming.tests.running import produce, produce_with_a_header, running, send
from streaming.tests.servers import Worker, eventually
from streaming.tests.traffic import START

pytestmark = pytest.mark.django_db(transaction=True)
Seen = Callable[[], int]
ONE, OTHER = "a" + "1" * 32, "a" + "2" * 32


SHOPPERS = [f"c{number}" for number in range(1, 13)]


def clicks_in_features() -> int:
    states = (store.snapshot(shopper).state for shopper in SHOPPERS)
    return sum(state.counts.get(Action.CLICK, 0) for state in states)


def clicks_in_attribution() -> int:
    return Interaction.objects.count()


PROCESSORS: dict[str, tuple[Callable[[], Processor], Seen]] = {
    "features": (FeatureProcessor, clicks_in_features),
    "attribution": (AttributionProcessor, clicks_in_attribution),
}
QUEUES = {"features": "stream", "attribution": "attribution"}


@pytest.fixture(params=PROCESSORS)
def of(request: pytest.FixtureRequest, log: str, store: None) -> tuple[Processor, Seen]:
    clock.set_now(START)
    kind, seen = PROCESSORS[request.param]
    return kind(), seen


@pytest.fixture
def articles(of: object) -> list[int]:
    return [make_article().pk for _ in range(10)]


def click(number: int, article: int, **more: object) -> Event:
    answer = make(servings.number("for-you", "live_blend", "v1", None))
    told = {"rec_id": answer, "position": 1, "id": f"k{number}", "shopper": "c1"} | more
    return Click(ts=START + number, source="shop", article=article, **told)  # type: ignore[arg-type]


def send_clicks(articles: list[int], number: int, first: int = 0) -> None:
    """Of all shoppers in turn, and so in all partitions."""
    send(*(
        click(n, articles[n % 10], shopper=SHOPPERS[n % len(SHOPPERS)])
        for n in range(first, first + number)
    ))  # fmt: skip


def test_it_knows_no_position_of_a_log_it_never_read(of: tuple[Processor, Seen]) -> None:
    processor, _ = of
    processor.open()
    log = Log("events", "unread")
    assert processor.positions(log, [0, 5]) == {0: NO_POSITION, 5: NO_POSITION}
    processor.begin(log, [0, 5])


def test_it_moves_on_without_records_and_refuses_another_position(
    of: tuple[Processor, Seen],
) -> None:
    processor, _ = of
    processor.open()
    log = Log("events", "moving")
    positions = processor.positions(log, [3])
    processor.commit(log, positions, Work([PartitionBatch(3, [], 17)]))
    assert processor.positions(log, [3]) == {3: 17}
    with pytest.raises(RefusedError):
        processor.commit(log, positions, Work([PartitionBatch(3, [], 30)]))
    assert processor.positions(log, [3]) == {3: 17}


def test_it_takes_each_event_once_whoever_reads_it_again(
    of: tuple[Processor, Seen], articles: list[int]
) -> None:
    processor, seen = of
    send(*(click(n, article) for n, article in enumerate(articles)))
    for _ in range(2):
        with running(processor) as worker:
            worker.catch_up()
        assert seen() == 10


def test_it_is_held_up_by_nothing_that_lies_in_the_log(
    of: tuple[Processor, Seen], articles: list[int]
) -> None:
    processor, seen = of
    there = home_of("c1")
    produce([("c1", value) for value in junk(articles[0])], partition=there)
    produce_with_a_header(b"\xff\xfe", encode(click(53, articles[3])), partition=there)
    for header in (b"1:99999999999999999999", b"-1:-1", b"9:9:9", b"x" * 500_000):
        send(click(54, articles[4]), headers=[("origin", header)])
    send(click(55, articles[5]), timestamp=2**62)
    send(click(51, articles[1], id="nul\0"), click(52, articles[2]))
    with running(processor) as worker:
        worker.catch_up()
    assert worker.error is None
    assert seen() >= 4
    places = [letter.offset for _, letter in dead_letters.dead_letters()]
    assert len(places) == len(set(places))
    assert verified() == []


def junk(article: int) -> list[bytes | None]:
    """Deep JSON, no JSON, a tombstone, an invalid position, texts that aren't UTF-8, another
    version, a state that is none, a customer who is to be another, visitors who are each other."""
    good = encode(click(50, article))
    return [
        b"[" * 50_000, b"\xff\xfe", b"", b"{}", None, encode(click(50, article, position=0)),
        good.replace(b"k50", b"k\xff"), good.replace(b"k50", rb"k\ud800"), b"\xef\xbb\xbf" + good,
        good.replace(b'"c1"', rb'"c1\n"'), good.replace(b"{", b'{"v":2,', 1),
        good.replace(b"{", b'{"x":' + b"[" * 5000 + b"]" * 5000 + b",", 1),
        encode(Identify(id="i", shopper="c2", ts=START, source="shop", anonymous="c1")),
        encode(Identify(id="j", shopper=ONE, ts=START, source="shop", anonymous=OTHER)),
        encode(Identify(id="k", shopper=OTHER, ts=START, source="shop", anonymous=ONE)),
        encode(Merge(id="m", shopper="c1", ts=START, source="stream", state=b"none")),
    ]  # fmt: skip


def verified() -> list[str]:
    """What the nightly check says of all that the log holds."""
    found = sampling.verify(100)
    return [*found.differences, found.error] if found.differences or found.error else []


def test_its_work_shows_in_the_status(
    of: tuple[Processor, Seen], articles: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    processor, _ = of
    send(click(1, articles[0]))
    with running(processor) as worker:
        worker.catch_up()
        worker.runtime.heartbeat.beat(worker.runtime.assignment)
        call_command("stream_status", "--json")
    assert processor.name in capsys.readouterr().out


def test_what_a_worker_says_of_itself_is_what_it_did(
    of: tuple[Processor, Seen], articles: list[int]
) -> None:
    processor, _ = of
    send_clicks(articles, 30)
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
    of: tuple[Processor, Seen], articles: list[int]
) -> None:
    processor, _ = of
    send_clicks(articles, 30)
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
    of: tuple[Processor, Seen], articles: list[int]
) -> None:
    processor, seen = of
    send_clicks(articles, 30)
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
    of: tuple[Processor, Seen], articles: list[int]
) -> None:
    processor, seen = of
    send_clicks(articles, 30)
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
    of: tuple[Processor, Seen], articles: list[int]
) -> None:
    processor, seen = of
    send_clicks(articles, 30)
    with running(cast("Processor", Unlucky(processor))) as worker:
        worker.catch_up()
    assert (worker.error, list(dead_letters.dead_letters()), seen()) == (None, [], 30)


@pytest.mark.slow
def test_two_share_the_partitions_and_one_takes_over_all_when_the_other_leaves(
    of: tuple[Processor, Seen], articles: list[int]
) -> None:
    processor, seen = of
    with running(processor) as first:
        first.catch_up()
        with running(type(processor)()) as second:
            of_both = [r.runtime.assignment for r in (first, second)]
            eventually(
                lambda: [len(assignment.positions) for assignment in of_both] == [3, 3],
                "even shares",
            )
            send_clicks(articles, 60)
            eventually(lambda: seen() == 60, "all clicks")
            assert all(r.runtime.metrics.events for r in (first, second))
        send_clicks(articles, 30, first=60)
        first.catch_up(3 * JOIN_S)
    assert seen() == 90


@pytest.mark.slow
@pytest.mark.parametrize("name", PROCESSORS)
def test_a_worker_of_its_queue_is_killed_in_the_middle_and_told_to_stop(
    name: str, log: str, store: None, tmp_path: Path
) -> None:
    """Celery's own worker with the bootstep."""
    clock.set_now(START)
    articles, seen = [make_article().pk for _ in range(10)], PROCESSORS[name][1]
    send_clicks(articles, 6_000)
    with Worker(tmp_path / "worker.log", queue=QUEUES[name]) as worker:
        eventually(lambda: seen() > 0, "the first batch")
        worker.kill()
        worker.start()
        eventually(lambda: seen() >= 6_000, "all clicks")
        send_clicks(articles, 60, first=6_000)
        eventually(lambda: seen() >= 6_060, "the clicks behind them")
        assert worker.stop() == 0
    assert seen() == 6_060


@pytest.mark.slow
@pytest.mark.parametrize("name", PROCESSORS)
def test_a_loop_that_ends_ends_its_worker_which_gets_past_it_when_started_again(
    name: str, log: str, store: None, tmp_path: Path
) -> None:
    """The features file what isn't an event, up to the limit; attribution passes it."""
    clock.set_now(START)
    articles, seen = [make_article().pk for _ in range(10)], PROCESSORS[name][1]
    produce([(f"c{n}", b"junk") for n in range(3 * IN_A_ROW)])
    send_clicks(articles, 60)
    with Worker(tmp_path / "worker.log", queue=QUEUES[name]) as worker:
        statuses = []
        while seen() < 60:
            eventually(lambda: seen() >= 60 or worker.process.poll() is not None, "an end")
            if worker.process.poll() is not None:
                statuses.append(worker.process.returncode)
                worker.start()
            assert len(statuses) < 10
    assert set(statuses) == ({EXIT_FAILED} if name == "features" else set())
