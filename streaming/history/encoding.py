"""History as events: the real purchases, and made-up browsing before them.

A purchase can be had as an event, or, many times faster, many at once as encoded messages.
"""

from binascii import crc32
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from streaming.events.schema import BagAdd, Event, Purchase, View, encode, key_of
from streaming.history import Lines
from streaming.identity.shoppers import customer_shopper

CHUNK = 20_000


class Chunk(NamedTuple):
    """Messages in order: key, value, moment (ms), `day` of history and place within it."""

    keys: list[str]
    values: list[bytes]
    ts: list[int]
    day: npt.NDArray[np.int32]
    place: npt.NDArray[np.int64]


def encode_history(
    lines: Lines, *, browse: bool, lap: int = 0, shift_ms: int = 0
) -> Iterator[Chunk]:
    """`lap` and `shift_ms` distinguish repetitions of the same days."""
    if browse:
        for of_day in lines.days():
            yield _browsed(of_day, lap, shift_ms)
        return
    places = lines.places()
    for begin in range(0, len(lines), CHUNK):
        part = slice(begin, begin + CHUNK)
        yield _purchases(lines[part], places[part], lap, shift_ms)


def _browsed(of_day: Lines, lap: int, shift_ms: int) -> Chunk:
    made = events(of_day, browse=True, lap=lap, shift_ms=shift_ms)
    return Chunk(
        keys=[key_of(event) for event in made],
        values=[encode(event) for event in made],
        ts=[event.ts for event in made],
        day=np.repeat(of_day.day[:1], len(made)),
        place=np.arange(len(made)),
    )


def _purchases(lines: Lines, places: npt.NDArray[np.int64], lap: int, shift_ms: int) -> Chunk:
    """Written column by column: ten times as fast as an event at a time."""
    ts = lines.ts + shift_ms
    keys = _joined("c", lines.customer)
    values = _joined(
        '{"type":"purchase","id":"r', lines.id, f'-{lap}"' if lap else '"',
        ',"shopper":"', keys, '","ts":', ts, ',"source":"replay","article":', lines.article,
        ',"price":', lines.price, ',"channel":', np.where(lines.channel == 1, 1, 2), "}",
    )  # fmt: skip
    values = values.cast(pa.binary())
    return Chunk(keys.to_pylist(), values.to_pylist(), ts.tolist(), lines.day, places)


def _joined(*parts: str | pa.Array | npt.NDArray[np.generic]) -> pa.Array:
    """Join columns of text with the text between them."""
    texts = [
        pa.array(part).cast(pa.string()) if isinstance(part, np.ndarray) else part for part in parts
    ]
    return pc.binary_join_element_wise(*texts, "")


def events(of_day: Lines, *, browse: bool, lap: int = 0, shift_ms: int = 0) -> list[Event]:
    """One day's events in order."""
    bought = purchases(of_day, lap, shift_ms)
    if not browse:
        return list(bought)
    made: list[Event] = [e for event in bought for e in (*browsing(event), event)]
    return sorted(made, key=lambda event: event.ts)


def purchases(lines: Lines, lap: int = 0, shift_ms: int = 0) -> list[Purchase]:
    """Lines as events; an event's id follows from its line's, so that repetitions are
    recognised."""
    columns = (lines.id, lines.customer, lines.ts, lines.article, lines.price, lines.channel)
    return [
        Purchase(
            id=f"r{number}" if not lap else f"r{number}-{lap}",
            shopper=customer_shopper(customer),
            ts=ts + shift_ms,
            source="replay",
            article=article,
            price=price,
            channel=1 if channel == 1 else 2,
        )
        for number, customer, ts, article, price, channel in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]


def browsing(event: Purchase) -> list[Event]:
    """What could have come before a purchase: plausible, but made up, and marked as synthetic.

    The article is viewed in the ten minutes before, and four times in five put into the bag.
    """
    chance = crc32(event.id.encode())
    lead = 60_000 + chance % 540_000
    made: list[Event] = [_synthetic(View, "sv", event, lead)]
    if chance % 5:
        made.append(_synthetic(BagAdd, "sb", event, lead // 3))
    return made


def _synthetic(kind: type[View | BagAdd], mark: str, event: Purchase, lead: int) -> Event:
    return kind(
        id=mark + event.id,
        shopper=event.shopper,
        ts=event.ts - lead,
        source="replay",
        article=event.article,
        widget="synthetic",
    )
