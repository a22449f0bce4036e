"""The vectorised twin against the reducer: the same features from any history, to the last bit."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming import history
from streaming.features import article_counts, offline, trends
from streaming.features.offline import Known, Purchases, of_articles
from streaming.features.reducer.tastes import Attributes
from streaming.features.registry import DAY_MS, RECENTS
from streaming.features.state import ShopperState, unpack, view
from streaming.features.trends import Increments
from streaming.features.verify import Twin
from streaming.history import Lines
from streaming.identity.shoppers import customer_shopper
from streaming.replay import encoding

START = date(2018, 9, 20)
ARTICLES = range(1, 80)
# Every ninth is unknown; more values than a table of tastes has room for.
KNOWN = {
    a: Attributes(a % 4, a % 25, a % 9 - 1, a % 3, a % 17 - 4, a % 5, a * 7 % 40)
    for a in ARTICLES
    if a % 9
}


def lines_of(seed: int, number: int, customers: int, days: int) -> Lines:
    dice = np.random.default_rng(seed)
    day = np.sort((dice.random(number) ** 2 * days).astype(np.int32))
    return history.arrange(
        id=np.arange(number),
        day=day + np.int32(history.day_number(START)),
        customer=(dice.random(number) ** 3 * customers).astype(np.int32) + 1,
        article=dice.choice(ARTICLES, number).astype(np.int32),
        price=np.full(number, 0.05),
        channel=dice.integers(1, 3, number, np.int32),
    )


def as_stored(lines: Lines) -> Purchases:
    lines = lines[np.argsort(lines.id)]
    return Purchases(lines.customer, lines.article, lines.day, lines.channel)


def reduced(lines: Lines, customers: Sequence[int], moment: int) -> list[ShopperState]:
    twin = Twin(map(customer_shopper, customers), KNOWN)
    for of_day in lines.days():
        made = encoding.events(of_day, browse=False)
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
    found = offline.compute(as_stored(lines), np.array(asked, np.int32), Known.of(KNOWN), moment)
    assert [found.state(row) for row in range(len(asked))] == reduced(lines, asked, moment)


def test_recents_stay_within_their_bound_newest_first() -> None:
    found = offline.compute(
        as_stored(lines_of(1, 2000, 1, 90)),
        None,
        Known.of(KNOWN),
        history.start_of(date(2019, 9, 1)),
    )
    assert found.recents.ends.tolist() == [RECENTS.bound]
    assert (np.diff(found.recents.ts) <= 0).all()
    assert len(set(found.recents.article.tolist())) == RECENTS.bound


def test_a_taste_is_looked_up_by_customer_and_value() -> None:
    customer, article = np.array([4, 7], np.int32), np.array([2, 3], np.int32)
    day = np.full(2, history.day_number(START), np.int32)
    moment = history.start_of(START) + DAY_MS
    found = offline.compute(Purchases(customer, article, day, day), None, Known.of(KNOWN), moment)
    tastes, rows = found.affinities["product_type"], np.array([0, 1, 0, 1])
    weights = tastes.weight_of(rows, np.array([2, 3, 3, -1], np.int32))
    assert weights[:2] == pytest.approx([5, 5], rel=0.03)
    assert weights[2:].tolist() == [0, 0]


def test_nothing_bought_is_nothing_known() -> None:
    found = offline.compute(as_stored(lines_of(1, 0, 1, 1)), None, Known.of({}), 0)
    assert len(found.customer) == 0
    assert (
        found.affinities["pattern"].weight_of(np.array([], int), np.array([], np.int32)).size == 0
    )


@pytest.mark.parametrize("days", [0, 10, 17, 60])
def test_articles_have_the_trends_and_counts_that_the_stream_adds_up(days: int) -> None:
    lines, moment = lines_of(2, 3000, 60, 50), history.start_of(START) + days * DAY_MS
    increments = Increments([])
    for event in encoding.purchases(lines):
        if event.article in KNOWN and event.ts < moment:
            group = KNOWN[event.article].index_group
            increments.add("purchase", event.ts, event.article, group)
    epoch = trends.epoch_of(moment)
    found = of_articles.compute(as_stored(lines), Known.of(KNOWN), moment)
    scale = trends.scale_at(epoch, moment)
    for group in range(3):
        current, before = (increments.sums.get((e, group), {}) for e in (epoch, epoch - 1))
        best = trends.best(current.items(), before.items(), 20)
        expected = [(article, value * scale) for article, value in best]
        assert found.trending(group, 20) == expected
    counts = [increments.counts.get(e, {}) for e in (epoch, epoch - 1)]
    for article, number in zip(found.article.tolist(), found.purchases.tolist(), strict=True):
        packed = [of_epoch[article] for of_epoch in counts if article in of_epoch]
        assert article_counts.unpacked(packed) == (0, 0, number)
