"""A fuzzer of histories: events in any order and from any clock, crashes, losses, erasures,
sign-ins, rebuilds and changing workers, beside a plain model.

Two fixed histories here; others each time by hand with HISTORIES=200 STEPS=60, from a seed that is
printed and that SEED= gives again. A failing history isn't shrunk unless SHRINK=1: each try at it
waits out PATIENCE_S again.
"""

import os
import random
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings as of_django
from django.core.management import call_command
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from catalog.tests.factories import make_article
from streaming import clock, connection, keys, partitions
from streaming.connection import StoreUnavailable
from streaming.consumer.processor import Log, Work
from streaming.events.schema import (
    BagAdd,
    BagRemove,
    Erase,
    Event,
    Identify,
    OfArticle,
    Purchase,
    View,
)
from streaming.events.spans import DAY_MS, HOUR_MS
from streaming.features import store
from streaming.features.processor import FeatureProcessor
from streaming.features.state import unpack
from streaming.kafka import topics
from streaming.tests.fixtures import delete
from streaming.tests.running import Running, produce, send
from streaming.tests.servers import eventually
from streaming.tests.traffic import START

PATIENCE_S = 30
NOW = START + 2 * DAY_MS
SHOPPERS = ["c1", "c2", "c3", "a" + "1" * 32, "a" + "2" * 32]
ARTICLES: list[int] = []
BEFORE, AFTER = "before the write", "after the write"
KINDS = (View, BagAdd, BagRemove, Purchase)
PARTITIONERS = ["consistent_random", "murmur2_random"]
RECENT = {View: "view", BagAdd: "bag_add", Purchase: "purchase"}


class Unlucky(FeatureProcessor):
    """Crashes, on demand, just before it writes, or when it has written and nobody told it so."""

    def __init__(self) -> None:
        super().__init__()
        self.crashes: list[str] = []

    def commit(self, log: Log, positions: Mapping[int, int], work: Work) -> None:
        crash = self.crashes.pop() if self.crashes else ""
        if crash == BEFORE:
            raise StoreUnavailable(crash)
        super().commit(log, positions, work)
        if crash == AFTER:
            raise StoreUnavailable(crash)


@dataclass
class Plain:
    """What a shopper's features must be, kept as the list of all that they did."""

    done: dict[str, tuple[int, type[OfArticle], int]] = field(default_factory=dict)  # by event id
    erased: bool = False

    def counts(self) -> dict[str, int]:
        tags = {View: "view", BagAdd: "bag_add", BagRemove: "bag_remove", Purchase: "purchase"}
        return dict(Counter(tags[kind] for _, kind, _ in self.done.values()))

    def bag(self) -> set[int]:
        """By event time: the last add or removal of each article decides."""
        last: dict[int, tuple[int, bool]] = {}
        for ts, kind, article in sorted(self.done.values(), key=lambda one: one[0]):
            if kind is not View:
                last[article] = (ts, kind is BagAdd)
        return {article for article, (_, inside) in last.items() if inside}

    def recents(self) -> set[tuple[int, str, int]]:
        newest: dict[tuple[int, str], int] = {}
        for ts, kind, article in self.done.values():
            if kind in RECENT:
                key = article, RECENT[kind]
                newest[key] = max(ts // 1000 * 1000, newest.get(key, 0))
        return {(article, kind, ts) for (article, kind), ts in newest.items()}


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        connection.client().flushdb()
        clock.reset()
        partitions.reset()
        clock.set_now(NOW)
        self.plain = {shopper: Plain() for shopper in SHOPPERS}
        self.owners: dict[str, list[tuple[int, str]]] = {}
        self.number = 0
        self.moments: set[int] = set()
        self.sent: list[Event] = []
        # What lies in the topic from the histories before this one is no part of it.
        topic = f"history.{uuid.uuid4().hex[:12]}"
        self.outer = of_django.KAFKA_TOPIC, of_django.KAFKA_DEAD_TOPIC
        of_django.KAFKA_TOPIC, of_django.KAFKA_DEAD_TOPIC = topic, f"{topic}.dead"
        topics.ensure()
        self.worker = self._start()

    def _start(self) -> Running:
        worker = self._begin()
        worker.catch_up(PATIENCE_S)
        return worker

    def _begin(self) -> Running:
        self.processor = Unlucky()
        worker = Running(self.processor)
        worker.thread.start()
        return worker

    def teardown(self) -> None:
        self.worker.stop()
        mine = of_django.KAFKA_TOPIC, of_django.KAFKA_DEAD_TOPIC
        of_django.KAFKA_TOPIC, of_django.KAFKA_DEAD_TOPIC = self.outer
        delete(*mine)

    def _moment(self, ago_ms: int) -> int:
        """Whole seconds, each once, so that event time alone decides."""
        ts = (NOW - ago_ms) // 1000 * 1000
        while ts in self.moments:
            ts += 1000
        self.moments.add(ts)
        return ts

    @rule(
        shopper=st.sampled_from(SHOPPERS), kind=st.sampled_from(KINDS), place=st.integers(0, 3),
        ago=st.integers(0, 20 * HOUR_MS), partitioner=st.sampled_from(PARTITIONERS),
    )  # fmt: skip
    def does(
        self, shopper: str, kind: type[OfArticle], place: int, ago: int, partitioner: str
    ) -> None:
        self.number += 1
        more: dict[str, Any] = {"price": 0.1, "channel": 2} if kind is Purchase else {}
        event: Any = kind(
            id=f"e{self.number}", shopper=shopper, ts=self._moment(ago), source="shop",
            article=ARTICLES[place], **more,
        )  # fmt: skip
        send(event, partitioner=partitioner)
        self.sent.append(event)
        self._expect(event)
        self._settle()

    def _expect(self, event: OfArticle) -> None:
        owner = next(
            (c for at, c in sorted(self.owners.get(event.shopper, [])) if event.ts <= at), None
        )
        known = self.plain[event.shopper]
        if known.erased:
            return
        target = self.plain[owner] if owner else known
        if not target.erased:
            target.done.setdefault(event.id, (event.ts, type(event), event.article))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def repeats(self, data: st.DataObject) -> None:
        """One of the last few events comes once more, as from a spool or an outbox."""
        send(data.draw(st.sampled_from(self.sent[-5:])))
        self._settle()

    @rule(years=st.integers(1, 50), shopper=st.sampled_from(SHOPPERS))
    def has_a_wrong_clock(self, years: int, shopper: str) -> None:
        self.number += 1
        ts = NOW + years * 365 * DAY_MS
        send(View(id=f"w{self.number}", shopper=shopper, ts=ts, source="shop", article=ARTICLES[0]))

    @rule(visitor=st.sampled_from(SHOPPERS[3:]), customer=st.sampled_from(SHOPPERS[:3]))
    def signs_in(self, visitor: str, customer: str) -> None:
        """Later than all before: what the visitor did so far is the customer's."""
        self.number += 1
        ts = max([*self.moments, NOW]) + 1000
        self.moments.add(ts)
        send(
            Identify(
                id=f"i{self.number}", shopper=customer, ts=ts, source="shop", anonymous=visitor
            )
        )
        mine, theirs = self.plain[visitor], self.plain[customer]
        if not mine.erased:
            self.owners.setdefault(visitor, []).append((ts, customer))
            if not theirs.erased:
                theirs.done |= mine.done
            mine.done = {}
        self._settle()

    @rule(shopper=st.sampled_from(SHOPPERS[:3]))
    def is_erased(self, shopper: str) -> None:
        self.number += 1
        send(Erase(id=f"x{self.number}", shopper=shopper, ts=NOW, source="shop"))
        self.plain[shopper] = Plain(erased=True)
        self._settle()

    @rule(kept=st.sets(st.integers(0, 5)))
    def loses_positions(self, kept: set[int]) -> None:
        client = connection.client()
        gone = [k for k in client.scan_iter("{p*}:fence:*") if int(k[2:3]) not in kept]
        if gone:
            client.delete(*gone)

    @rule()
    def loses_everything(self) -> None:
        connection.client().flushdb()
        partitions.reset()

    @rule(shopper=st.sampled_from(SHOPPERS))
    def loses_a_state_and_its_position(self, shopper: str) -> None:
        client, of = connection.client(), partitions.home_of(shopper)
        client.delete(keys.state(shopper), *client.scan_iter(f"{{p{of}}}:fence:*"))

    @rule(junk=st.sampled_from([b"", b"{", b"\xff", b"[]"]), partition=st.integers(0, 5))
    def meets_junk(self, junk: bytes, partition: int) -> None:
        produce([("c1", junk)], partition=partition)

    @rule()
    def starts_another_worker(self) -> None:
        self.worker.stop()
        self.worker = self._start()

    @rule()
    def hands_over_to_another_worker(self) -> None:
        """They share the partitions for a moment."""
        before, self.worker = self.worker, self._begin()
        shared = self.worker.runtime.assignment
        eventually(lambda: bool(shared.partitions), "a share of the partitions", PATIENCE_S)
        before.stop()
        self._settle()

    @rule(when=st.lists(st.sampled_from([BEFORE, AFTER]), min_size=1, max_size=3))
    def crashes_at_the_next_writes(self, when: list[str]) -> None:
        self.processor.crashes += when

    @rule()
    def is_rebuilt_from_the_log(self) -> None:
        self.worker.stop()
        connection.client().delete(keys.WORKERS)
        call_command("rebuild_features", source="log", verbosity=0)
        self.worker = self._start()

    def _settle(self) -> None:
        """A sign-in comes after what it finds."""
        self.worker.catch_up(PATIENCE_S)

    @invariant()
    def holds(self) -> None:
        eventually(self._agrees, "the plain model's features", PATIENCE_S)

    def _agrees(self) -> bool:
        assert self.worker.error is None, self.worker.error
        return all(self._is(shopper, plain) for shopper, plain in self.plain.items())

    def _is(self, shopper: str, plain: Plain) -> bool:
        packed = connection.client().get(keys.state(shopper))
        if plain.erased:
            return packed is not None and unpack(packed).erased  # type: ignore[arg-type]
        found = store.snapshot(shopper).state
        recents = {(r.article, r.kind, r.ts) for r in found.recents}
        return (
            found.counts == plain.counts()
            and set(found.bag) == plain.bag()
            and recents == plain.recents()
        )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_any_history_gives_the_features_of_the_plain_model(log: str, store: None) -> None:
    ARTICLES[:] = [make_article().pk for _ in range(4)]
    by_hand = os.environ.get("HISTORIES")
    number = int(os.environ.get("SEED", random.randrange(2**32)))
    print(f"SEED={number}", flush=True)
    phases = [Phase.generate, Phase.shrink] if "SHRINK" in os.environ else [Phase.generate]
    run_state_machine_as_test(
        seed(number)(Histories) if by_hand else Histories,
        settings=settings(
            max_examples=int(by_hand or "2"),
            stateful_step_count=int(os.environ.get("STEPS", "12")),
            derandomize=not by_hand, database=None, phases=phases, deadline=None,
            suppress_health_check=list(HealthCheck), print_blob=True,
            verbosity=Verbosity.debug if by_hand else Verbosity.normal,
        ),
    )  # fmt: skip
