"""The parts of the consumer runtime that need no broker: batches, positions, limits, watchdog."""

import subprocess
import sys
import threading
from dataclasses import dataclass

import pytest
from confluent_kafka import OFFSET_BEGINNING
from hypothesis import given
from hypothesis import strategies as st

from streaming.consumer import watchdog
from streaming.consumer.applier import (
    IN_A_ROW,
    WINDOW,
    DeadLetterLimit,
    DeadLetterLimitError,
)
from streaming.consumer.assignment import Assignment
from streaming.consumer.batch import Origin, PartitionBatch, Record, partition_batches
from streaming.consumer.lag import PartitionLag
from streaming.consumer.processor import NO_POSITION, Log
from streaming.status import Stop


@dataclass(frozen=True)
class Fetched:
    """The part of a Kafka message that a batch reads; `is_end` makes it an end of a partition."""

    at: int
    in_partition: int = 0
    is_end: bool = False

    def partition(self) -> int:
        return self.in_partition

    def offset(self) -> int:
        return self.at

    def error(self) -> str | None:
        return "end of partition" if self.is_end else None

    def value(self) -> bytes:
        return b"%d" % self.at

    def timestamp(self) -> tuple[int, int]:
        return 1, self.at

    def headers(self) -> None:
        return None


def batches(*fetched: Fetched, positions: dict[int, int]) -> dict[int, tuple[list[int], int]]:
    """By partition: the offsets to process, and the next one."""
    found = partition_batches(fetched, positions)  # type: ignore[arg-type]
    return {b.partition: ([r.offset for r in b.records], b.next_offset) for b in found}


def test_a_poll_is_split_by_partition_without_what_is_done_or_anothers() -> None:
    poll = (Fetched(4), Fetched(5), Fetched(9, 1), Fetched(6), Fetched(0, 2))
    assert batches(*poll, positions={0: 5, 1: 9}) == {0: ([5, 6], 7), 1: ([9], 10)}


def test_an_end_moves_a_partition_over_what_is_not_for_readers() -> None:
    assert batches(Fetched(8, is_end=True), positions={0: 5}) == {0: ([], 8)}
    assert batches(Fetched(5, is_end=True), positions={0: 5}) == {}
    assert batches(Fetched(5), Fetched(9, is_end=True), positions={0: 5}) == {0: ([5], 9)}


@given(st.integers(2, 40), st.integers(0, 5))
def test_halves_hold_every_record_once_and_join_without_a_gap(count: int, gap: int) -> None:
    records = [Record(10 + n * (gap + 1), b"") for n in range(count)]
    whole = PartitionBatch(3, records, records[-1].offset + 1)
    first, second = whole.halves()
    assert first.records + second.records == records
    assert first.records
    assert second.records
    assert first.next_offset == second.records[0].offset
    assert second.next_offset == whole.next_offset


def test_an_origin_survives_its_header() -> None:
    name, value = Origin(3, 12).header()
    assert Record(0, b"", headers=(("other", b"1:1"), (name, value))).origin == (3, 12)
    assert Record(0, b"").origin is None


@given(st.binary(max_size=12) | st.none())
def test_any_header_is_read_as_an_origin_or_none(header: bytes | None) -> None:
    found = Origin.read(header)
    assert found is None or all(isinstance(part, int) for part in found)


def test_too_many_dead_letters_in_a_row_stop_the_worker() -> None:
    limit = DeadLetterLimit()
    limit.watch(IN_A_ROW, IN_A_ROW)
    limit.watch(2, 1)  # a good one among them ends the row
    limit.watch(IN_A_ROW, IN_A_ROW)
    with pytest.raises(DeadLetterLimitError, match=r"1001 dead letters in a row.*bad price"):
        limit.watch(1, 1, "bad price")


def test_a_share_of_dead_letters_counts_in_the_last_records_only() -> None:
    limit = DeadLetterLimit()
    limit.watch(WINDOW, WINDOW // 100)  # one in a hundred may be dead
    for _ in range(10):
        limit.watch(WINDOW // 10, 0)  # these push the dead ones out of the window
    limit.watch(WINDOW // 10, WINDOW // 100)
    with pytest.raises(DeadLetterLimitError, match="101 dead letters among the last"):
        limit.watch(1, 1)


def test_an_empty_poll_changes_nothing() -> None:
    limit = DeadLetterLimit()
    limit.watch(IN_A_ROW, IN_A_ROW)
    limit.watch(0, 0)
    with pytest.raises(DeadLetterLimitError):
        limit.watch(1, 1)


# --- where each partition continues ---


def test_a_stopped_partition_is_left_out_and_the_others_continue() -> None:
    assignment = Assignment(
        [0, 1], Log("shop.events", "t1"), {0: NO_POSITION, 1: 7}, {1: Stop(1, 7, "cut")}
    )
    places = [(p.partition, p.offset) for p in assignment._places(Log("shop.events", "t1"))]
    assert places == [(0, OFFSET_BEGINNING)]


def test_positions_follow_the_batches_and_are_forgotten_with_the_partitions() -> None:
    assignment = Assignment([0, 1], Log("shop.events", "t1"), {0: 3, 1: 7})
    assignment.advance([PartitionBatch(1, [], 12)])
    assert assignment.positions == {0: 3, 1: 12}
    assignment.forget()
    assert (assignment.partitions, assignment.log, assignment.positions) == ([0, 1], None, {})
    assignment.give_up()
    assert assignment.partitions == []


@pytest.mark.parametrize(
    ("position", "first", "end", "events", "lost"),
    [
        (NO_POSITION, 0, 5, 5, 0),  # nobody has read: all of it waits
        (NO_POSITION, 3, 5, 2, 0),  # and what retention took before is nobody's loss
        (4, 0, 5, 1, 0),
        (5, 0, 5, 0, 0),
        (2, 4, 9, 5, 2),  # retention took two that were still unread
        (9, 0, 5, 0, 0),  # the broker lost its log
    ],
)
def test_the_lag_counts_what_can_still_be_read(
    position: int, first: int, end: int, events: int, lost: int
) -> None:
    lag = PartitionLag(0, position, first, end)
    assert (lag.events, lag.lost) == (events, lost)


# --- the watchdog ---


def test_a_loop_that_turns_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "CHECK_EVERY_S", 0.01)
    monkeypatch.setattr(watchdog, "STUCK_S", 60.0)
    stopping = threading.Event()
    dog = watchdog.Watchdog(stopping)
    checks = iter([True, True, True, False])
    dog.watch("features", lambda: next(checks))  # returns: the loop has ended
    dog.turned_at -= 30.0
    assert 30.0 <= dog.idle_s() < 60.0
    dog.turned()
    assert dog.idle_s() < 1.0
    stopping.set()
    dog.watch("features", lambda: True)


HANGS = """
import threading
from streaming.consumer import watchdog
watchdog.CHECK_EVERY_S, watchdog.STUCK_S = 0.01, 0.03
watchdog.Watchdog(threading.Event()).watch("features", lambda: True)
"""


def test_a_loop_that_hangs_ends_its_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGS], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == watchdog.EXIT_FAILED
    assert "Consumer features hangs" in done.stderr
