"""Turns one partition's batch of events into rows and totals in PostgreSQL, exactly once."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, TypeVar, get_args

import msgspec
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max, Q

from recommendations.attribution import crediting, rec_id, searches
from recommendations.attribution.crediting import RETENTION_MS, CountedEvent
from recommendations.attribution.models import (
    COUNTED,
    AttributionFence,
    Exposure,
    Interaction,
    Serving,
)
from streaming.consumer.batch import PartitionBatch, Record
from streaming.consumer.processor import NO_POSITION, RefusedError
from streaming.events import schema
from streaming.events.actions import Action
from streaming.features.batch import ACTION_OF
from streaming.identity.tombstones import tombstones

K = TypeVar("K", bound=tuple[object, ...])
Touch = schema.Impression | schema.Click | schema.BagAdd
Relevant = Touch | schema.Search | schema.Purchase | schema.Identify | schema.Erase
OF_INTEREST: Final = get_args(Relevant)
COLUMN: Final[dict[str, str]] = {
    Action.IMPRESSION: "impressions", Action.CLICK: "clicks",
    Action.BAG_ADD: "bag_adds", Action.PURCHASE: "purchases",
}  # fmt: skip

ADD_OUTCOMES: Final = """
INSERT INTO recommendations_outcome AS o
    (day, serving_id, impressions, clicks, bag_adds, purchases, revenue)
VALUES %s ON CONFLICT (day, serving_id) DO UPDATE SET
    impressions = o.impressions + EXCLUDED.impressions, clicks = o.clicks + EXCLUDED.clicks,
    bag_adds = o.bag_adds + EXCLUDED.bag_adds, purchases = o.purchases + EXCLUDED.purchases,
    revenue = o.revenue + EXCLUDED.revenue
"""
ADD_EXPOSURES: Final = """
INSERT INTO recommendations_exposure AS e
    (variant_id, shopper, first_ts, impressions, clicks, bag_adds, purchases, revenue,
     challenger_clicks)
VALUES %s ON CONFLICT (variant_id, shopper) DO UPDATE SET
    first_ts = least(e.first_ts, EXCLUDED.first_ts),
    impressions = e.impressions + EXCLUDED.impressions, clicks = e.clicks + EXCLUDED.clicks,
    bag_adds = e.bag_adds + EXCLUDED.bag_adds, purchases = e.purchases + EXCLUDED.purchases,
    revenue = e.revenue + EXCLUDED.revenue,
    challenger_clicks = e.challenger_clicks + EXCLUDED.challenger_clicks
"""


class Servings:
    """The known servings and the experiment variant of each; looks up an unknown one."""

    def __init__(self) -> None:
        self.variants: dict[int, int | None] = {}

    def known_servings(self, wanted: Iterable[int]) -> dict[int, int | None]:
        if missing := set(wanted).difference(self.variants):
            rows = Serving.objects.filter(pk__in=missing).values_list("pk", "variant_id")
            self.variants.update(rows)
        return self.variants


def decode(records: Iterable[Record]) -> list[Relevant]:
    """The events relevant to attribution; the feature stream reports malformed ones.

    Events forwarded to another partition were counted in the original one.
    """
    found = []
    for record in records:
        if record.headers and record.origin is not None:
            continue
        try:
            event = schema.decode(record.value or b"")
        except msgspec.DecodeError:
            continue
        if isinstance(event, OF_INTEREST) and event.source != "replay":
            found.append(event)
    return found


@transaction.atomic
def work(servings: Servings, topic_id: str, expected: int, batch: PartitionBatch) -> int:
    """Count a batch's events; return how many interactions were new.

    Raise RefusedError, and change nothing, if the partition isn't at `expected`.
    """
    _move_on(topic_id, expected, batch)
    found = decode(batch.records)
    erased = {event.shopper for event in found if isinstance(event, schema.Erase)}
    gone = erased | tombstones.names()
    kept = [e for e in found if not isinstance(e, schema.Erase) and e.shopper not in gone]
    with connection.cursor() as cursor:
        crediting.lock(cursor, kept)
        new = [one for part in parts(kept) for one in _worked(cursor, servings, part)]
        searches.add(cursor, ADD_OUTCOMES, outcomes(new))
        searches.count(cursor, kept)
        # A purchase may be credited to a serving that this process has not loaded yet.
        variants = servings.known_servings(one.serving for one in new)
        searches.add(cursor, ADD_EXPOSURES, exposures(new, variants, kept))
    forget(erased)
    return len(new)


def parts(found: Sequence[Relevant]) -> Iterator[Sequence[Relevant]]:
    """Split after each Identify: it assigns what was touched before it, not after it."""
    start = 0
    for at, event in enumerate(found, start=1):
        if isinstance(event, schema.Identify) or at == len(found):
            yield found[start:at]
            start = at


def _worked(
    cursor: CursorWrapper, servings: Servings, part: Sequence[Relevant]
) -> list[CountedEvent]:
    touches = [row for event in part if (row := _touch_row(servings, event)) is not None]
    new = crediting.touch(cursor, touches)
    new += crediting.buy(cursor, [event for event in part if isinstance(event, schema.Purchase)])
    if isinstance(part[-1], schema.Identify):
        new += crediting.hand_over(cursor, part[-1])
    return new


def forget(shoppers: Collection[str]) -> dict[str, int]:
    """Delete these shoppers' rows and return the counts; daily totals name no shopper and stay."""
    if not shoppers:
        return {}
    theirs = Interaction.objects.filter(Q(shopper__in=shoppers) | Q(owner__in=shoppers))
    names = {*shoppers, *theirs.values_list("shopper", flat=True)}
    return {
        "interactions": theirs.delete()[0],
        "exposures": Exposure.objects.filter(shopper__in=names).delete()[0],
    }


def purge() -> int:
    """Delete interactions too old to matter by event time; return how many."""
    newest = Interaction.objects.aggregate(Max("ts"))["ts__max"] or 0
    return Interaction.objects.filter(ts__lt=newest - RETENTION_MS).delete()[0]


def _move_on(topic_id: str, expected: int, batch: PartitionBatch) -> None:
    row, _ = AttributionFence.objects.select_for_update().get_or_create(
        topic_id=topic_id, partition=batch.partition, defaults={"following": NO_POSITION}
    )
    if row.following != expected:
        raise RefusedError(f"partition {batch.partition} stands at {row.following}, not {expected}")
    row.following = batch.next_offset
    row.save(update_fields=["following"])


def _touch_row(servings: Servings, event: Relevant) -> tuple[object, ...] | None:
    if not isinstance(event, Touch) or event.rec_id is None:
        return None
    served = rec_id.read(event.rec_id)
    if served is None or served.serving not in servings.known_servings([served.serving]):
        return None
    kind = ACTION_OF[type(event)]
    return event.id, event.rec_id, kind, served.serving, event.shopper, event.article, event.ts


def outcomes(new: Iterable[CountedEvent]) -> list[tuple[object, ...]]:
    """Increments for each day's and serving's row."""
    sums = _sums((c, (c.day, c.serving)) for c in new)
    return [(*place, *of.values()) for place, of in sums.items()]


def exposures(
    new: Sequence[CountedEvent],
    variants: dict[int, int | None],
    found: Sequence[Relevant],
) -> list[tuple[object, ...]]:
    """Increments for each variant's and shopper's row."""
    in_variant = [(c, variant) for c in new if (variant := variants[c.serving]) is not None]
    sums = _sums((c, (variant, c.shopper)) for c, variant in in_variant)
    first: dict[tuple[int, str], int] = {}
    wins: Counter[tuple[int, str]] = Counter()
    positions = {event.id: event.position for event in found if isinstance(event, Touch)}
    for c, variant in in_variant:
        place = (variant, c.shopper)
        first[place] = min(c.ts, first.get(place, c.ts))
        wins[place] += c.kind == Action.CLICK and is_challengers(c.rec_id, positions.get(c.event))
    return [(*place, first[place], *of.values(), wins[place]) for place, of in sums.items()]


def is_challengers(answer: str, position: int | None) -> bool:
    """Whether this position (0: none) of an interleaved answer was the challenger's pick."""
    served = rec_id.read(answer)
    if served is None or not position:
        return False
    return bool(served.teams >> position - 1 & 1)


def _sums(placed: Iterable[tuple[CountedEvent, K]]) -> dict[K, dict[str, float]]:
    """For each place the columns COUNTED, in this order."""
    sums: dict[K, dict[str, float]] = {}
    for counted, place in placed:
        of = sums.setdefault(place, dict.fromkeys(COUNTED, 0))
        of[COLUMN[counted.kind]] += counted.units
        of["revenue"] += counted.units * counted.price
    return sums
