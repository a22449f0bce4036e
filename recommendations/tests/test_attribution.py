"""Attribution: shelf outcomes computed from the stream."""

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

from recommendations.attribution import rec_id
from recommendations.attribution.crediting import WINDOW_MS
from recommendations.attribution.models import (
    COUNTED,
    AttributionFence,
    Exposure,
    Interaction,
    Outcome,
    Serving,
)
from recommendations.attribution.processor import AttributionProcessor
from recommendations.attribution.step import Servings, purge, work
from recommendations.experiments.models import Experiment, Layer, Variant
from recommendations.serving import servings
from streaming.consumer.batch import PartitionBatch, Record
from streaming.consumer.processor import NO_POSITION, RefusedError
from streaming.consumer.runtime import ConsumerRuntime
from streaming.events import schema
from streaming.events.schema import Event
from streaming.kafka import topics
from streaming.replay.replay import Publisher
from streaming.tests.servers import Worker, eventually

START = 1_600_000_000_000
HOUR = 3_600_000


def event(kind: type[schema.OfArticle], name: str, shopper: str, ts: int, **more: object) -> Event:
    return kind(id=name, shopper=shopper, ts=START + ts, source="shop", **more)  # type: ignore[arg-type, return-value]


def bought(name: str, shopper: str, ts: int, article: int = 1) -> Event:
    return event(schema.Purchase, name, shopper, ts, article=article, price=0.5, channel=2)


def count(*some: Event, at: int = 0, partition: int = 0) -> int:
    records = [Record(at + n, schema.encode(one)) for n, one in enumerate(some)]
    batch = PartitionBatch(partition, records, at + len(some))
    return work(Servings(), "topic", at or NO_POSITION, batch)


def total(name: str) -> float:
    return float(Outcome.objects.aggregate(total=Sum(name, default=0))["total"])


def shelf(kind: str = "for-you", variant: Variant | None = None) -> str:
    return rec_id.make(servings.number(kind, "live_blend", "v1", variant.pk if variant else None))


@pytest.mark.django_db
def test_a_purchase_is_credited_to_the_last_touch_of_its_article() -> None:
    first, last = shelf("trending"), shelf("for-you")
    count(
        event(schema.Click, "a", "c1", 0, article=1, rec_id=first),
        event(schema.BagAdd, "b", "c1", 1000, article=1, rec_id=last),
        event(schema.Click, "c", "c1", 1500, article=2, rec_id=first),
        event(schema.Click, "d", "c2", 1600, article=1, rec_id=first),
        bought("e", "c1", 2000),
    )
    outcome = Outcome.objects.get(purchases=1)
    assert outcome.serving.kind == "for-you"
    assert outcome.revenue == pytest.approx(0.5)
    assert total("purchases") == 1


@pytest.mark.django_db
def test_no_touch_a_day_later_or_after_the_purchase_counts() -> None:
    count(
        event(schema.Click, "a", "c1", 0, article=1, rec_id=shelf()),
        bought("b", "c1", WINDOW_MS + 1),
        bought("c", "c1", -1),
        bought("d", "c1", WINDOW_MS),
    )
    assert total("purchases") == 1


@pytest.mark.django_db
def test_repetitions_count_once_and_two_units_twice() -> None:
    answer = shelf()
    seen = event(schema.Impression, "a", "c1", 0, article=1, rec_id=answer)
    clicked = event(schema.Click, "b", "c1", 1, article=1, rec_id=answer)
    again = event(schema.Impression, "x", "c1", 2, article=1, rec_id=answer)
    count(seen, clicked, again, bought("c", "c1", 3), bought("d", "c1", 3))
    count(seen, clicked, bought("d", "c1", 3), at=5)
    assert [total(name) for name in COUNTED] == [1, 1, 0, 2, 1.0]


@pytest.mark.django_db
def test_ids_that_are_not_ours_and_replayed_history_count_nothing() -> None:
    replayed = schema.Purchase(
        id="r", shopper="c1", ts=START + 5, source="replay", article=1, price=0.5, channel=2
    )
    assert rec_id.read("f" * 32) is None
    count(
        event(schema.Click, "a", "c1", 0, article=1, rec_id="whatever"),
        event(schema.Click, "b", "c1", 0, article=1, rec_id=rec_id.make(999_999)),
        event(schema.Click, "c", "c1", 0, article=1, rec_id=rec_id.make(0)),
        bought("d", "c1", 1),
    )
    assert not Interaction.objects.exclude(kind="purchase").exists()
    count(event(schema.Click, "e", "c1", 2, article=1, rec_id=shelf()), replayed, at=4)
    assert total("purchases") == 0


@pytest.mark.django_db
def test_a_batch_counts_at_its_own_place_only() -> None:
    clicked = event(schema.Click, "a", "c1", 0, article=1, rec_id=shelf())
    count(clicked)
    with pytest.raises(RefusedError, match="stands at 1, not -1"):
        count(clicked)
    assert AttributionFence.objects.get().following == 1


@pytest.mark.django_db
def test_the_erased_leave_no_trace_but_in_the_sums() -> None:
    count(
        event(schema.Click, "a", "c1", 0, article=1, rec_id=shelf()),
        event(schema.Click, "b", "c2", 0, article=1, rec_id=shelf()),
    )
    count(schema.Erase(id="e", shopper="c1", ts=START, source="shop"), at=2)
    assert list(Interaction.objects.values_list("shopper", flat=True)) == ["c2"]
    assert total("clicks") == 2


@pytest.mark.django_db
def test_what_is_too_old_to_be_credited_is_dropped() -> None:
    count(
        event(schema.Click, "a", "c1", 0, article=1, rec_id=shelf()),
        event(schema.Click, "b", "c2", 100 * HOUR, article=1, rec_id=shelf()),
    )
    assert purge() == 1


# --- who signs in -------------------------------------------------------------------------------

STRANGER = "a" + "7" * 32


def signed_in(name: str, ts: int, anonymous: str = STRANGER, shopper: str = "c1") -> Event:
    return schema.Identify(
        id=name, shopper=shopper, ts=START + ts, source="shop", anonymous=anonymous
    )


def click(name: str, shopper: str, ts: int, answer: str) -> Event:
    return event(schema.Click, name, shopper, ts, article=1, rec_id=answer)


@pytest.mark.django_db
@pytest.mark.parametrize("late", [False, True])
def test_a_touch_before_sign_in_is_credited_in_whatever_order_partitions_come(late: bool) -> None:
    old, new = shelf("trending"), shelf("for-you")
    count(click("own", "c1", 0, old), partition=1)
    before = [click("a", STRANGER, 10, new), signed_in("i", 20)]
    if not late:
        count(*before)
    count(bought("p", "c1", 30), bought("q", "c1", 31, article=2), at=1, partition=1)
    if late:
        assert Outcome.objects.get(purchases=1).serving.kind == "trending"
        count(*before)
    outcome = Outcome.objects.get(purchases=1)
    assert outcome.serving.kind == "for-you"
    assert outcome.revenue == pytest.approx(0.5)
    assert total("purchases") == 1


@pytest.mark.django_db
def test_what_is_touched_after_sign_in_or_by_another_is_not_handed_over() -> None:
    count(
        click("other", "a" + "8" * 32, 0, shelf()),
        click("old", STRANGER, 5, shelf()),
        signed_in("i", WINDOW_MS),
        click("later", STRANGER, WINDOW_MS + 5, shelf()),
    )
    count(bought("p", "c1", WINDOW_MS + 10), partition=1)
    assert total("purchases") == 0


@pytest.mark.django_db
def test_the_variant_is_credited_for_the_one_who_saw_it() -> None:
    answer = shelf(variant=experiment()[0])
    count(click("a", STRANGER, 0, answer), signed_in("i", 1))
    count(bought("p", "c1", 2), partition=1)
    exposure = Exposure.objects.get()
    assert (exposure.shopper, exposure.clicks, exposure.purchases) == (STRANGER, 1, 1)
    count(schema.Erase(id="e", shopper="c1", ts=START, source="shop"), at=1, partition=1)
    assert not Exposure.objects.exists()
    assert not Interaction.objects.exists()


def experiment() -> list[Variant]:
    made = Experiment.objects.create(
        name="e", layer=Layer.objects.create(name="l"), kinds=["for-you"]
    )
    return [
        Variant.objects.create(experiment=made, name=name, is_control=name == "a") for name in "ab"
    ]


def session(dice: random.Random, name: str, shelves: Sequence[str], ts: int) -> list[Event]:
    """Impressions, and by chance a click, a bag add, one or two purchases, some repeated; some
    shoppers sign in only before they buy."""
    buyer, answer = f"c{dice.randrange(1, 60)}", f"{dice.getrandbits(128):032x}"
    shopper = f"a{dice.getrandbits(128):032x}" if dice.random() < 0.3 else buyer
    served = answer + dice.choice(shelves)[32:]
    made: list[Event] = []
    for place in range(1, 5):
        about = {"article": place, "rec_id": served, "position": place}
        made.append(event(schema.Impression, f"{name}i{place}", shopper, ts, **about))
        if dice.random() < 0.4:
            made.append(event(schema.Click, f"{name}c{place}", shopper, ts + 1, **about))
        if dice.random() < 0.2:
            made.append(event(schema.BagAdd, f"{name}b{place}", shopper, ts + 2, **about))
        made += [
            bought(f"{name}p{n}{place}", buyer, ts + 3, place) for n in range(dice.randrange(3))
        ]
    if shopper != buyer:
        made.append(signed_in(f"{name}s", ts + 3, shopper, buyer))
    return made + [one for one in made if dice.random() < 0.05]


def recomputed(stream: Sequence[Event]) -> dict[tuple[str, str], Counter[str]]:
    """The same totals computed naively: all events in memory, shoppers under their final name."""
    seen: set[object] = set()
    names = {one.anonymous: one.shopper for one in stream if isinstance(one, schema.Identify)}
    touches: dict[tuple[str, int], list[tuple[int, str, int]]] = defaultdict(list)
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    touched = [one for one in stream if isinstance(one, schema.OfArticle)]
    for one in sorted(touched, key=lambda one: (one.ts, isinstance(one, schema.Purchase))):
        owner = names.get(one.shopper, one.shopper)
        day = datetime.fromtimestamp(one.ts / 1000, UTC).date().isoformat()
        kind = str(type(one).__struct_config__.tag)
        if isinstance(one, schema.Purchase):
            near = [t for t in touches[owner, one.article] if 0 <= one.ts - t[0] <= WINDOW_MS]
            if near and one.id not in seen:
                seen.add(one.id)
                sums[day, str(max(near)[2])]["purchase"] += 1
        elif (key := (one.rec_id, one.article, kind)) not in seen:
            seen.add(key)
            served = rec_id.read(one.rec_id or "")
            assert served is not None
            sums[day, str(served.serving)][kind] += 1
            if kind != "impression":
                touches[owner, one.article].append((one.ts, one.id, served.serving))
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
                schema.Click,
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
    consumers = [ConsumerRuntime(AttributionProcessor(), "test") for _ in range(2)]
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
