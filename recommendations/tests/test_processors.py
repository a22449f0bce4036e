"""The contract of processors: the same tests for each, on the real log and stores."""

import pytest
from django.core.management import call_command

from recommendations.tests.processors import (
    Seen,
    click,
)
from streaming import dead_letters
from streaming.consumer.batch import PartitionBatch
from streaming.consumer.processor import NO_POSITION, Log, Processor, RefusedError, Work
from streaming.events.schema import Identify, Merge, encode
from streaming.features import sampling
from streaming.partitions import home_of
from streaming.tests.running import produce, produce_with_a_header, running, send
from streaming.tests.traffic import START

pytestmark = pytest.mark.django_db(transaction=True)
ONE, OTHER = "a" + "1" * 32, "a" + "2" * 32


def test_it_knows_no_position_of_a_log_it_never_read(consuming: tuple[Processor, Seen]) -> None:
    processor, _ = consuming
    processor.open()
    log = Log("events", "unread")
    assert processor.positions(log, [0, 5]) == {0: NO_POSITION, 5: NO_POSITION}
    processor.begin(log, [0, 5])


def test_it_moves_on_without_records_and_refuses_another_position(
    consuming: tuple[Processor, Seen],
) -> None:
    processor, _ = consuming
    processor.open()
    log = Log("events", "moving")
    positions = processor.positions(log, [3])
    processor.commit(log, positions, Work([PartitionBatch(3, [], 17)]))
    assert processor.positions(log, [3]) == {3: 17}
    with pytest.raises(RefusedError):
        processor.commit(log, positions, Work([PartitionBatch(3, [], 30)]))
    assert processor.positions(log, [3]) == {3: 17}


def test_it_takes_each_event_once_whoever_reads_it_again(
    consuming: tuple[Processor, Seen], clicked: list[int]
) -> None:
    processor, seen = consuming
    send(*(click(n, article) for n, article in enumerate(clicked)))
    for _ in range(2):
        with running(processor) as worker:
            worker.catch_up()
        assert seen() == 10


def test_it_is_held_up_by_nothing_that_lies_in_the_log(
    consuming: tuple[Processor, Seen], clicked: list[int]
) -> None:
    processor, seen = consuming
    there = home_of("c1")
    produce([("c1", value) for value in junk(clicked[0])], partition=there)
    produce_with_a_header(b"\xff\xfe", encode(click(53, clicked[3])), partition=there)
    for header in (b"1:99999999999999999999", b"-1:-1", b"9:9:9", b"x" * 500_000):
        send(click(54, clicked[4]), headers=[("origin", header)])
    send(click(55, clicked[5]), timestamp=2**62)
    send(click(51, clicked[1], id="nul\0"), click(52, clicked[2]))
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
    consuming: tuple[Processor, Seen],
    clicked: list[int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    processor, _ = consuming
    send(click(1, clicked[0]))
    with running(processor) as worker:
        worker.catch_up()
        worker.runtime.heartbeat.beat(worker.runtime.assignment)
        call_command("stream_status", "--json")
    assert processor.name in capsys.readouterr().out
