"""The vectorised twin against the reducer: the same features from any history, to the last bit."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming import history, offline
from streaming.features import DAY_MS, RECENTS
from streaming.history import Line
from streaming.offline import EPOCH, Known, Purchases
from streaming.reducer.tastes import Attributes
from streaming.shoppers import customer_shopper
from streaming.state import ShopperState, unpack, view
from streaming.verify import Twin

START = date(2018, 9, 20)
ARTICLES = range(1, 80)
# Every ninth is unknown; more values than a table of tastes has room for.
KNOWN = {
    a: Attributes(a % 4, a % 25, a % 9 - 1, a % 3, a % 17 - 4, a % 5, a * 7 % 40)
    for a in ARTICLES
    if a % 9
}


def lines_of(seed: int, number: int, customers: int, days: int) -> list[Line]:
    dice = np.random.default_rng(seed)
    day = np.sort((dice.random(number) ** 2 * days).astype(int))
    customer = (dice.random(number) ** 3 * customers).astype(int) + 1
    article = dice.choice(ARTICLES, number)
    channel = dice.integers(1, 3, number)
    found = zip(day.tolist(), customer.tolist(), article.tolist(), channel.tolist(), strict=True)
    return [(n, START + timedelta(d), c, a, 0.05, ch) for n, (d, c, a, ch) in enumerate(found)]


def arrays(lines: Sequence[Line]) -> Purchases:
    columns = [(c, a, (day - EPOCH).days, channel) for _, day, c, a, _, channel in lines]
    return Purchases(*np.array(columns, np.int32).reshape(-1, 4).T)


def reduced(lines: Sequence[Line], customers: Sequence[int], moment: int) -> list[ShopperState]:
    twin = Twin(map(customer_shopper, customers), KNOWN)
    for day, of_day in groupby(lines, key=lambda line: line[1]):
        made = history.events(history.arrange(day, list(of_day)))
        twin.take([(0, event.shopper, event) for event in made if event.ts < moment])
    return [view(unpack(packed), moment) for packed in twin.packed.values()]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    number=st.integers(0, 400),
    customers=st.sampled_from([1, 5, 60]),
    days=st.sampled_from([1, 40, 734]),
    hours=st.integers(0, 740 * 24),
)
def test_the_twin_gives_what_the_reducer_gives(
    seed: int, number: int, customers: int, days: int, hours: int
) -> None:
    lines = lines_of(seed, number, customers, days)
    moment = history.start_of(START) + hours * 3_600_000
    asked = list(range(1, customers + 2))
    found = offline.compute(arrays(lines), np.array(asked, np.int32), Known.of(KNOWN), moment)
    assert [found.state(row) for row in range(len(asked))] == reduced(lines, asked, moment)


def test_recents_stay_within_their_bound_newest_first() -> None:
    found = offline.compute(
        arrays(lines_of(1, 2000, 1, 90)), None, Known.of(KNOWN), history.start_of(date(2019, 9, 1))
    )
    assert found.recents.ends.tolist() == [RECENTS.bound]
    assert (np.diff(found.recents.ts) <= 0).all()
    assert len(set(found.recents.article.tolist())) == RECENTS.bound


def test_a_taste_is_looked_up_by_customer_and_value() -> None:
    lines: list[Line] = [(1, START, 4, 2, 0.05, 1), (2, START, 7, 3, 0.05, 1)]
    moment = history.start_of(START) + DAY_MS
    found = offline.compute(arrays(lines), None, Known.of(KNOWN), moment)
    tastes, rows = found.affinities["product_type"], np.array([0, 1, 0, 1])
    weights = tastes.weight_of(rows, np.array([2, 3, 3, -1], np.int32))
    assert weights[:2] == pytest.approx([5, 5], rel=0.03)
    assert weights[2:].tolist() == [0, 0]


def test_nothing_bought_is_nothing_known() -> None:
    found = offline.compute(arrays([]), None, Known.of({}), 0)
    assert len(found.customer) == 0
    assert (
        found.affinities["pattern"].weight_of(np.array([], int), np.array([], np.int32)).size == 0
    )
