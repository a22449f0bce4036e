"""What came of shelves, counted out of the stream."""

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum

from recommendations import rec_id
from recommendations.attribution import servings
from recommendations.attribution.consumer import AttributionConsumer
from recommendations.attribution.models import (
    COUNTED,
    AttributionFence,
    Exposure,
    Interaction,
    Outcome,
    Serving,
)
from recommendations.attribution.step import WINDOW_MS, FenceError, Servings, purge, work
from recommendations.experiments.models import Experiment, Layer, Variant
from streaming import events, topics
from streaming.events import Event
from streaming.replay import Publisher
from streaming.tests.servers import Worker, eventually

START = 1_600_000_000_000
HOUR = 3_600_000


def event(kind: type[events.OfArticle], name: str, shopper: str, ts: int, **more: object) -> Event:
    return kind(id=name, shopper=shopper, ts=START + ts, source="shop", **more)  # type: ignore[arg-type, return-value]


def bought(name: str, shopper: str, ts: int, article: int = 1) -> Event:
    return event(events.Purchase, name, shopper, ts, article=article, price=0.5, channel=2)


def count(*some: Event, at: int = 0, partition: int = 0) -> int:
    values = [events.encode(one) for one in some]
    return work(Servings(), "topic", partition, at, at + len(some), values)


def total(name: str) -> float:
    return float(Outcome.objects.aggregate(total=Sum(name, default=0))["total"])


def shelf(kind: str = "for-you", variant: Variant | None = None) -> str:
    return rec_id.make(servings.number(kind, "live_blend", "v1", variant.pk if variant else None))


@pytest.mark.django_db
def test_a_purchase_is_credited_to_the_last_touch_of_its_article() -> None:
    first, last = shelf("trending"), shelf("for-you")
    count(
        event(events.Click, "a", "c1", 0, article=1, rec_id=first),
        event(events.BagAdd, "b", "c1", 1000, article=1, rec_id=last),
        event(events.Click, "c", "c1", 1500, article=2, rec_id=first),
        event(events.Click, "d", "c2", 1600, article=1, rec_id=first),
        bought("e", "c1", 2000),
    )
    outcome = Outcome.objects.get(purchases=1)
    assert outcome.serving.kind == "for-you"
    assert outcome.revenue == pytest.approx(0.5)
    assert total("purchases") == 1


@pytest.mark.django_db
def test_no_touch_a_day_later_or_after_the_purchase_counts() -> None:
    count(
        event(events.Click, "a", "c1", 0, article=1, rec_id=shelf()),
        bought("b", "c1", WINDOW_MS + 1),
        bought("c", "c1", -1),
        bought("d", "c1", WINDOW_MS),
    )
    assert total("purchases") == 1


@pytest.mark.django_db
def test_repetitions_count_once_and_two_units_twice() -> None:
    answer = shelf()
    seen = event(events.Impression, "a", "c1", 0, article=1, rec_id=answer)
    clicked = event(events.Click, "b", "c1", 1, article=1, rec_id=answer)
    again = event(events.Impression, "x", "c1", 2, article=1, rec_id=answer)
    count(seen, clicked, again, bought("c", "c1", 3), bought("d", "c1", 3))
    count(seen, clicked, bought("d", "c1", 3), at=5)
    assert [total(name) for name in COUNTED] == [1, 1, 0, 2, 1.0]


@pytest.mark.django_db
def test_ids_that_are_not_ours_and_replayed_history_count_nothing() -> None:
    replayed = events.Purchase(
        id="r", shopper="c1", ts=START + 5, source="replay", article=1, price=0.5, channel=2
    )
    assert rec_id.read("f" * 32) is None
    count(
        event(events.Click, "a", "c1", 0, article=1, rec_id="whatever"),
        event(events.Click, "b", "c1", 0, article=1, rec_id=rec_id.make(999_999)),
        event(events.Click, "c", "c1", 0, article=1, rec_id=rec_id.make(0)),
        bought("d", "c1", 1),
    )
    assert Interaction.objects.count() == 0
    count(event(events.Click, "e", "c1", 2, article=1, rec_id=shelf()), replayed, at=4)
    assert total("purchases") == 0


@pytest.mark.django_db
def test_a_batch_counts_at_its_own_place_only() -> None:
    clicked = event(events.Click, "a", "c1", 0, article=1, rec_id=shelf())
    count(clicked)
    with pytest.raises(FenceError, match="stands at 1, not 0"):
        count(clicked)
    assert AttributionFence.objects.get().following == 1


@pytest.mark.django_db
def test_the_erased_leave_no_trace_but_in_the_sums() -> None:
    count(
        event(events.Click, "a", "c1", 0, article=1, rec_id=shelf()),
        event(events.Click, "b", "c2", 0, article=1, rec_id=shelf()),
    )
    count(events.Erase(id="e", shopper="c1", ts=START, source="shop"), at=2)
    assert list(Interaction.objects.values_list("shopper", flat=True)) == ["c2"]
    assert total("clicks") == 2


@pytest.mark.django_db
def test_what_is_too_old_to_be_credited_is_dropped() -> None:
    count(
        event(events.Click, "a", "c1", 0, article=1, rec_id=shelf()),
        event(events.Click, "b", "c2", 100 * HOUR, article=1, rec_id=shelf()),
    )
    assert purge() == 1


def experiment() -> list[Variant]:
    made = Experiment.objects.create(
        name="e", layer=Layer.objects.create(name="l"), kinds=["for-you"]
    )
    return [
        Variant.objects.create(experiment=made, name=name, is_control=name == "a") for name in "ab"
    ]


def session(dice: random.Random, name: str, shelves: Sequence[str], ts: int) -> list[Event]:
    """Impressions, and with some luck a click, a bag add, one or two purchases, some twice."""
    shopper, answer = f"c{dice.randrange(1, 60)}", f"{dice.getrandbits(128):032x}"
    served = answer + dice.choice(shelves)[32:]
    made: list[Event] = []
    for place in range(1, 5):
        about = {"article": place, "rec_id": served, "position": place}
        made.append(event(events.Impression, f"{name}i{place}", shopper, ts, **about))
        if dice.random() < 0.4:
            made.append(event(events.Click, f"{name}c{place}", shopper, ts + 1, **about))
        if dice.random() < 0.2:
            made.append(event(events.BagAdd, f"{name}b{place}", shopper, ts + 2, **about))
        made += [
            bought(f"{name}p{n}{place}", shopper, ts + 3, place) for n in range(dice.randrange(3))
        ]
    return made + [one for one in made if dice.random() < 0.05]


def recomputed(stream: Sequence[Event]) -> dict[tuple[str, str], Counter[str]]:
    """The same sums the plain way: all events in memory, one after the other."""
    seen: set[object] = set()
    touches: dict[tuple[str, int], list[tuple[int, str, int]]] = defaultdict(list)
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in stream:
        assert isinstance(one, events.OfArticle)
        day = datetime.fromtimestamp(one.ts / 1000, UTC).date().isoformat()
        kind = str(type(one).__struct_config__.tag)
        if isinstance(one, events.Purchase):
            near = [t for t in touches[one.shopper, one.article] if 0 <= one.ts - t[0] <= WINDOW_MS]
            if near and one.id not in seen:
                seen.add(one.id)
                sums[day, str(max(near)[2])]["purchase"] += 1
        elif (key := (one.rec_id, one.article, kind)) not in seen:
            seen.add(key)
            served = rec_id.read(one.rec_id or "")
            assert served is not None
            sums[day, str(served.serving)][kind] += 1
            if kind != "impression":
                touches[one.shopper, one.article].append((one.ts, one.id, served.serving))
    return sums


def counted() -> dict[tuple[str, str], Counter[str]]:
    return {
        (row.day.isoformat(), str(row.serving_id)): Counter(
            {
                "impression": row.impressions,
                "click": row.clicks,
                "bag_add": row.bag_adds,
                "purchase": row.purchases,
            }
        )
        for row in Outcome.objects.all()
    }


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_totals_equal_a_recomputation_after_kills_in_the_middle(log: str, tmp_path: Path) -> None:
    dice, variants = random.Random(5), experiment()
    shelves = [shelf(), shelf("trending"), *(shelf(variant=v) for v in variants)]
    stream = [one for n in range(3000) for one in session(dice, f"s{n}-", shelves, n * 90_000)]
    publisher = Publisher()
    publisher.send(stream)
    publisher.settle()
    worker = Worker(tmp_path / "worker.log", queue="attribution")
    for share in (0.2, 0.5, 0.8):
        worker.start()
        eventually(lambda share=share: done() > share * len(stream), "progress")  # type: ignore[misc]
        worker.kill()
    with worker:
        eventually(lambda: done() == len(stream), "the end")
        assert worker.stop() == 0
    expected = recomputed(stream)
    assert {place: +sums for place, sums in counted().items()} == dict(expected)
    of_variants = [str(s.pk) for s in Serving.objects.filter(variant__in=variants)]
    clicks = sum(sums["click"] for (_, s), sums in expected.items() if s in of_variants)
    assert Exposure.objects.aggregate(total=Sum("clicks"))["total"] == clicks > 0


def done() -> int:
    found = AttributionFence.objects.filter(topic_id=topics.topic_id())
    return int(found.aggregate(total=Sum("following", default=0))["total"])


@pytest.mark.django_db(transaction=True)
def test_two_readers_share_the_partitions_and_count_each_event_once(log: str) -> None:
    answer = shelf()
    publisher = Publisher()
    publisher.send(
        [
            event(
                events.Click,
                f"e{n}",
                f"c{n + 1}",
                n,
                article=1,
                rec_id=answer[:24] + f"{n:08x}" + answer[32:],
            )
            for n in range(500)
        ]
    )
    publisher.settle()
    consumers = [AttributionConsumer() for _ in range(2)]
    threads = [threading.Thread(target=consumer.run) for consumer in consumers]
    for thread in threads:
        thread.start()
    eventually(lambda: done() == 500, "all events", 60)
    time.sleep(0.2)
    for consumer in consumers:
        consumer.stopping.set()
    for thread in threads:
        thread.join(30)
    connection.close()
    assert total("clicks") == 500
