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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

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

from catalog.ingest import partitions as sales
from catalog.models import Customer
from catalog.tests import hm
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
VISITORS = ["a" + "1" * 32, "a" + "2" * 32]
# Three customers, with the keys that an ingest gave them, and two visitors.
SHOPPERS: list[str] = []
ARTICLES = [900001001 + n for n in range(4)]
BEFORE, AFTER = "before the write", "after the write"
KINDS = (View, BagAdd, BagRemove, Purchase)
PARTITIONERS = ["consistent_random", "murmur2_random"]
RECENT = {View: "view", BagAdd: "bag_add", Purchase: "purchase"}


class Act(NamedTuple):
    shopper: int
    kind: type[OfArticle]
    place: int
    ago_ms: int
    partitioner: str


ACTS = st.lists(
    st.builds(
        Act, st.integers(0, 4), st.sampled_from(KINDS), st.integers(0, 3),
        st.integers(0, 20 * HOUR_MS), st.sampled_from(PARTITIONERS),
    ),
    max_size=4,
)  # fmt: skip


def ingest(order: Iterable[int]) -> None:
    people: list[hm.Row] = [{"customer_id": hm.customer_id(n + 1)} for n in order]
    articles: list[hm.Row] = [{"article_id": f"{article:010}"} for article in ARTICLES]
    lines: list[hm.Row] = [
        {**one, **bought, "t_dat": "2020-09-01"} for one in people for bought in articles
    ]
    with TemporaryDirectory() as folder:
        hm.write_hm(Path(folder), articles=articles, customers=people, transactions=lines)
        call_command("ingest_hm", data_dir=Path(folder), restart=True, verbosity=0)


def customers() -> list[str]:
    """The shoppers by the customers' own ids, whatever the order they came in."""
    keys_ = dict(Customer.objects.values_list("customer_id", "pk"))
    return [f"c{keys_[hm.customer_id(n + 1)]}" for n in range(3)]


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

    @rule(acts=ACTS)
    def do(self, acts: list[Act]) -> None:
        """Unsettled, so that what comes next meets events that are on their way."""
        for act in acts:
            self.number += 1
            more: dict[str, Any] = {"price": 0.1, "channel": 2} if act.kind is Purchase else {}
            event: Any = act.kind(
                id=f"e{self.number}", shopper=SHOPPERS[act.shopper], ts=self._moment(act.ago_ms),
                source="shop", article=ARTICLES[act.place], **more,
            )  # fmt: skip
            send(event, partitioner=act.partitioner)
            self.sent.append(event)
            self._expect(event)

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

    @rule(years=st.integers(1, 50), number=st.integers(0, 4))
    def has_a_wrong_clock(self, years: int, number: int) -> None:
        self.number += 1
        ts, shopper = NOW + years * 365 * DAY_MS, SHOPPERS[number]
        send(View(id=f"w{self.number}", shopper=shopper, ts=ts, source="shop", article=ARTICLES[0]))

    @rule(acts=ACTS, visitor=st.sampled_from(VISITORS), number=st.integers(0, 2))
    def signs_in(self, acts: list[Act], visitor: str, number: int) -> None:
        """Later than all before: what the visitor did so far is the customer's."""
        self.do(acts)
        self._settle()  # a sign-in comes after what it finds
        self.number += 1
        customer = SHOPPERS[number]
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

    @rule(acts=ACTS, number=st.integers(0, 2))
    def is_erased(self, acts: list[Act], number: int) -> None:
        self.do(acts)
        self.number += 1
        shopper = SHOPPERS[number]
        send(Erase(id=f"x{self.number}", shopper=shopper, ts=NOW, source="shop"))
        self.plain[shopper] = Plain(erased=True)
        self._settle()

    @rule(acts=ACTS, order=st.permutations(range(3)))
    def is_ingested_again(self, acts: list[Act], order: list[int]) -> None:
        """The same people in another order: each keeps their key, and so their life."""
        self.do(acts)
        ingest(order)
        assert customers() == SHOPPERS[:3]

    @rule(acts=ACTS, kept=st.sets(st.integers(0, 5)))
    def loses_positions(self, acts: list[Act], kept: set[int]) -> None:
        self.do(acts)
        client = connection.client()
        gone = [k for k in client.scan_iter("{p*}:fence:*") if int(k[2:3]) not in kept]
        if gone:
            client.delete(*gone)

    @rule(acts=ACTS)
    def loses_everything(self, acts: list[Act]) -> None:
        self.do(acts)
        connection.client().flushdb()
        partitions.reset()

    @rule(acts=ACTS, number=st.integers(0, 4))
    def loses_a_state_and_its_position(self, acts: list[Act], number: int) -> None:
        self.do(acts)
        shopper = SHOPPERS[number]
        client, of = connection.client(), partitions.home_of(shopper)
        client.delete(keys.state(shopper), *client.scan_iter(f"{{p{of}}}:fence:*"))

    @rule(junk=st.sampled_from([b"", b"{", b"\xff", b"[]"]), partition=st.integers(0, 5))
    def meets_junk(self, junk: bytes, partition: int) -> None:
        produce([("c1", junk)], partition=partition)

    @rule(acts=ACTS)
    def starts_another_worker(self, acts: list[Act]) -> None:
        self.do(acts)
        self.worker.stop()
        self.worker = self._start()

    @rule(acts=ACTS)
    def hands_over_to_another_worker(self, acts: list[Act]) -> None:
        """They share the partitions for a moment."""
        self.do(acts)
        before, self.worker = self.worker, self._begin()
        shared = self.worker.runtime.assignment
        eventually(lambda: bool(shared.partitions), "a share of the partitions", PATIENCE_S)
        before.stop()
        self._settle()

    @rule(acts=ACTS, when=st.lists(st.sampled_from([BEFORE, AFTER]), min_size=1, max_size=3))
    def crashes_at_the_next_writes(self, acts: list[Act], when: list[str]) -> None:
        self.processor.crashes += when
        self.do(acts)

    @rule(acts=ACTS)
    def is_rebuilt_from_the_log(self, acts: list[Act]) -> None:
        self.do(acts)
        self.worker.stop()
        connection.client().delete(keys.WORKERS)
        call_command("rebuild_features", source="log", verbosity=0)
        self.worker = self._start()

    def _settle(self) -> None:
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
def test_any_history_gives_the_features_of_the_plain_model(
    log: str, store: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "TIMEOUT_S", 5.0)  # the machine may be busy for an hour
    connection.reset()
    sales.drop_all()
    ingest(range(3))
    SHOPPERS[:] = customers() + VISITORS
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
