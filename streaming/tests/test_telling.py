"""History as messages: written column by column, they say what the events say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.period import month_after
from streaming import history
from streaming.events import schema
from streaming.history import Lines, encoding

DAY = 18_500


def lines_of(prices: list[float], days: int = 3) -> Lines:
    number = len(prices)
    return history.arrange(
        id=np.arange(number) + 2**33,
        day=(DAY + np.arange(number) * days // max(number, 1)).astype(np.int32),
        customer=np.arange(number, dtype=np.int32) % 7 + 1,
        article=np.arange(number, dtype=np.int32) + 108_775_015,
        price=np.array(prices, np.float64),
        channel=np.arange(number, dtype=np.int32) % 2 + 1,
    )


@given(
    st.lists(st.floats(0, 10, exclude_min=True, exclude_max=True), max_size=30),
    st.sampled_from([0, 3]),
)
def test_messages_are_the_events_of_their_lines(prices: list[float], lap: int) -> None:
    lines, shift = lines_of(prices), lap * 86_400_000
    chunks = list(encoding.encode_history(lines, browse=False, lap=lap, shift_ms=shift))
    expected = encoding.purchases(lines, lap, shift)
    assert [schema.decode(value) for chunk in chunks for value in chunk.values] == expected
    assert [key for chunk in chunks for key in chunk.keys] == [e.shopper for e in expected]
    assert [ts for chunk in chunks for ts in chunk.ts] == [event.ts for event in expected]


@pytest.mark.parametrize("browse", [False, True])
def test_each_message_has_its_place_within_its_day(browse: bool) -> None:
    chunks = encoding.encode_history(lines_of([0.05] * 30), browse=browse)
    places: dict[int, list[int]] = {}
    for chunk in chunks:
        for day, place in zip(chunk.day.tolist(), chunk.place.tolist(), strict=True):
            places.setdefault(day, []).append(place)
    assert list(places) == [DAY, DAY + 1, DAY + 2]
    assert all(found == list(range(len(found))) for found in places.values())


def test_a_large_day_comes_in_several_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "CHUNK", 7)
    chunks = list(encoding.encode_history(lines_of([0.05] * 20, days=1), browse=False))
    assert [len(chunk.keys) for chunk in chunks] == [7, 7, 6]
    assert np.concatenate([chunk.place for chunk in chunks]).tolist() == list(range(20))


def test_spans_of_months_go_over_the_end_of_the_year() -> None:
    from datetime import date

    assert month_after(date(2018, 9, 20), 1) == date(2018, 10, 1)
    assert month_after(date(2018, 9, 20), 16) == date(2020, 1, 1)
    assert month_after(date(2018, 12, 31), 1) == date(2019, 1, 1)
