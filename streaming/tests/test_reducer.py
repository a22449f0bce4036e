import copy
import random
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import msgpack, structs

from streaming.events import schema
from streaming.events.actions import Action
from streaming.events.schema import Event
from streaming.events.spans import DAY_MS
from streaming.features import batch, state, trends
from streaming.features.batch import LocatedEvent, Reduced, unlogged
from streaming.features.compiled.tastes import HALF_LIFE_MS
from streaming.features.reducer.handover import hand_over, merge
from streaming.features.reducer.rings import MERGED_BYTES, SEEN_BYTES
from streaming.features.registry import AFFINITIES, BAG, COUNTS, COUNTS_IN_TIME, RECENTS
from streaming.features.state import Attributes, State, UnreadableStateError, pack, unpack, view
from streaming.features.trends import EPOCH_MS, Increments
from streaming.tests.traffic import START, learn, traffic

ABOUT = Attributes(1002, 272, 5, 1, 9, 3, 1676)
ARTICLES = list(range(108775001, 108775041))
KNOWN = {
    article: Attributes(
        article % 20,
        article % 30,
        article % 15,
        article % 5,
        article % 13,
        article % 4,
        article % 50,
    )
    for article in ARTICLES
}


def seen(article: int, ts: int, name: str = "") -> schema.View:
    return schema.View(
        id=name or f"{article}-{ts}", shopper="c1", ts=ts, source="shop", article=article
    )


def bought(article: int, ts: int) -> schema.Purchase:
    return schema.Purchase(
        id=f"p{article}-{ts}", shopper="c1", ts=ts, source="shop", article=article, price=0.1,
        channel=2,
    )  # fmt: skip


def after(*made: Event, about: Attributes | None = ABOUT) -> State:
    result = State()
    for event in made:
        learn(result, event, about)
    return result


@pytest.mark.feature("recents")
def test_the_newest_article_comes_first_and_each_once() -> None:
    features = view(after(seen(1, START), seen(2, START + 5000), seen(1, START + 9000)), START)
    assert [(r.article, r.ts - START) for r in features.recents] == [(1, 9000), (2, 5000)]
    assert features.counts == {"view": 3}
    assert features.last_seen == START + 9000


@pytest.mark.feature("last_seen")
def test_what_comes_late_takes_its_place_in_time() -> None:
    features = view(after(seen(1, START + 9000), seen(2, START), seen(1, START - 5000)), START)
    assert [r.article for r in features.recents] == [1, 2]
    assert features.last_seen == START + 9000


def leb128(*numbers: int) -> bytes:
    packed = bytearray()
    for number in numbers:
        while number > 127:
            packed.append(number & 127 | 128)
            number >>= 7
        packed.append(number)
    return bytes(packed)


@pytest.mark.parametrize("layout", ["lists", "maps", "packed"])
def test_a_state_of_an_older_layout_is_read(layout: str) -> None:
    now = after(seen(1, START), bought(2, START + 5000), bought(3, START + 5000))
    purchase, view_code, second = Action.PURCHASE.code, Action.VIEW.code, START // 1000
    keys = [state.recent_key(1, view_code), *(state.recent_key(n, purchase) for n in (2, 3))]
    recents: dict[str, object] = {
        "lists": [(3, purchase, second + 5), (2, purchase, second + 5), (1, view_code, second)],
        "maps": dict(zip(keys, (second, second + 5, second + 5), strict=True)),
        "packed": leb128(keys[0], second, keys[1], 5, keys[2], 0),
    }
    is_packed = layout == "packed"
    fields = [
        now.last_ms, now.landmark * HALF_LIFE_MS, recents[layout], now.bag, now.counts,
        now.tastes if is_packed else state.tastes_of(now), now.seen, now.seen_impressions,
        now.merged, now.buckets if is_packed else state.buckets_of(now), now.sessions,
        now.session_s, now.session_events, now.last_purchase_ms, now.purchase_days,
        *structs.astuple(now)[15:],
    ]  # fmt: skip
    assert pack(unpack(msgpack.encode(fields))) == pack(now)
    fields[2] = []
    assert state.recents_of(unpack(msgpack.encode(fields))) == {}


def test_an_erased_state_of_an_older_layout_stays_erased() -> None:
    nothing = [0, 0, b"", [], [], b"", b"", b"", b"", b"", 0, 0, 0, 0, 0]
    assert unpack(msgpack.encode([*nothing, True, {}, 0, [], 0, 0, {}])) == State(erased=True)


@given(st.sampled_from(("recents", "tastes", "buckets")), st.binary(max_size=120))
def test_bytes_that_nobody_packed_are_refused_or_read(name: str, junk: bytes) -> None:
    """Compiled code checks no index: nothing may lead it beyond its arrays."""
    value = pack(structs.replace(after(seen(1, START)), **{name: junk}))
    other = after(bought(2, START))
    try:
        found = unpack(value)
    except UnreadableStateError:
        return
    for work in (lambda: learn(found, bought(3, START), ABOUT), lambda: merge(other, found)):
        with suppress(ValueError):
            work()
    assert len(pack(found)) < 10_000


def test_an_event_that_comes_twice_counts_once() -> None:
    once = after(bought(1, START))
    twice = after(bought(1, START), bought(1, START))
    assert pack(once) == pack(twice)


def test_impressions_dont_push_a_purchase_out_of_memory() -> None:
    purchase = bought(1, START)
    crowd = [
        schema.Impression(id=f"i{i}", shopper="c1", ts=START, source="shop", article=i + 1)
        for i in range(200)
    ]
    assert after(purchase, *crowd, purchase).counts[Action.PURCHASE.code] == 1


@pytest.mark.feature("bag")
def test_a_purchase_empties_its_article_out_of_the_bag() -> None:
    add = schema.BagAdd(id="b", shopper="c1", ts=START, source="shop", article=7)
    assert after(add).bag == [7]
    assert after(add, bought(7, START + 1)).bag == []


def test_a_removal_that_comes_days_late_to_an_empty_bag_leaves_nothing() -> None:
    late = schema.BagRemove(id="b", shopper="c1", ts=START - 5 * DAY_MS, source="shop", article=7)
    assert after(seen(1, START), late).bag_ms == {}


@pytest.mark.feature("affinities")
def test_a_taste_halves_in_its_half_life_and_a_purchase_weighs_five_views() -> None:
    half_life = AFFINITIES.half_life_ms or 0
    now = view(after(bought(1, START)), START).affinities["garment_group"][1002]
    later = view(after(bought(1, START)), START + half_life).affinities["garment_group"][1002]
    assert (now, later) == pytest.approx((5.0, 2.5), rel=0.01)


def test_an_old_taste_fades_behind_a_new_one_over_years() -> None:
    other = ABOUT._replace(garment_group=1005)
    features = after(bought(1, START))
    for year in range(1, 5):
        learn(features, bought(2, START + year * 365 * DAY_MS), other)
    weights = view(features, START + 4 * 365 * DAY_MS).affinities["garment_group"]
    assert weights[1005] == pytest.approx(5.0, rel=0.01)
    assert weights.get(1002, 0) < 0.05


def test_an_article_nobody_knows_is_remembered_but_says_nothing_of_taste() -> None:
    features = view(after(seen(1, START), about=None), START)
    assert [r.article for r in features.recents] == [1]
    assert features.affinities == {}


def test_a_clock_before_the_events_doesnt_overflow() -> None:
    assert view(after(seen(1, START)), 946_684_800_000).recents


@given(
    st.lists(st.tuples(st.sampled_from(ARTICLES), st.integers(0, 3 * 365 * DAY_MS)), max_size=150)
)
def test_no_state_exceeds_its_bounds(visits: list[tuple[int, int]]) -> None:
    features = State()
    for number, (article, ms) in enumerate(visits):
        event = schema.BagAdd(
            id=f"{number}", shopper="c1", ts=START + ms, source="shop", article=article
        )
        learn(features, event, KNOWN[article])
    assert len(state.recents_of(features)) <= RECENTS.bound
    assert len(features.bag) <= BAG.bound
    assert all(len(taste) <= AFFINITIES.bound for taste in state.tastes_of(features))
    assert all(a <= b for a, b in pairwise(state.recents_of(features).values()))
    assert len(pack(features)) < 1500
    assert pack(unpack(pack(features))) == pack(features)


@given(st.integers(0, 2**31))
def test_no_traffic_drives_a_state_over_its_bounds(seed: int) -> None:
    about = {n: Attributes(*(n * k % 60 for k in range(1, 8))) for n in range(200)}
    packed: dict[str, bytes | None] = {}
    for event in traffic(600, range(1, 200), 4, seed):
        passed_on = run_into(packed, [event], about).passed_on
        run_into(packed, [passed.event for passed in passed_on], about)
    for features in map(unpack, packed.values()):
        assert len(state.recents_of(features)) <= RECENTS.bound
        assert len(features.bag) <= BAG.bound
        assert len(features.counts) <= COUNTS.bound
        assert len(state.buckets_of(features)) <= COUNTS_IN_TIME.bound
        assert all(len(taste) <= AFFINITIES.bound for taste in state.tastes_of(features))
        assert max(len(features.seen), len(features.seen_impressions)) <= SEEN_BYTES
        assert len(features.merged) <= MERGED_BYTES


def run_into(
    packed: dict[str, bytes | None], made: list[Event], about: dict[int, Attributes]
) -> Reduced:
    """One batch over the states, which it brings up to date."""
    good = unlogged(made)
    mine = {shopper: packed.get(shopper) for shopper in good}
    result = batch.reduce(good, mine, about, Increments.around(START))
    packed.update({key: pack(features) for key, features in result.states.items()})
    return result


@given(st.integers(0, 2**31), st.randoms(use_true_random=False))
def test_how_shoppers_come_between_each_other_changes_no_state(
    seed: int, dice: random.Random
) -> None:
    crowd = traffic(200, ARTICLES, 12, seed)
    waiting: dict[str, list[Event]] = {}
    for event in crowd:
        waiting.setdefault(schema.key_of(event), []).append(event)
    shuffled = []
    while waiting:
        key = dice.choice(sorted(waiting))
        shuffled.append(waiting[key].pop(0))
        if not waiting[key]:
            del waiting[key]
    plain: dict[str, bytes | None] = {}
    other: dict[str, bytes | None] = {}
    run_into(plain, crowd, KNOWN)
    run_into(other, shuffled, KNOWN)
    assert plain == other


@given(st.integers(0, 2**31), st.lists(st.integers(1, 300), min_size=1, max_size=8))
def test_batches_of_any_size_give_the_same_features_and_trends(seed: int, cuts: list[int]) -> None:
    made = [LocatedEvent(i, e) for i, e in enumerate(traffic(300, ARTICLES, 20, seed))]
    whole = run([made])
    borders = sorted({0, *(min(cut, 300) for cut in cuts), 300})
    assert run([made[a:b] for a, b in pairwise(borders)]) == whole


@given(st.integers(0, 2**31), st.randoms(use_true_random=False))
def test_events_of_one_moment_count_as_if_each_came_alone(seed: int, dice: random.Random) -> None:
    made = traffic(200, ARTICLES, 4, seed)
    for at in range(1, len(made)):
        if dice.random() < 0.7:
            before, late = made[at - 1], dice.choice((0, 0, 5 * DAY_MS))
            made[at] = structs.replace(made[at], ts=before.ts - late, shopper=before.shopper)
    located = [LocatedEvent(offset, event) for offset, event in enumerate(made)]
    assert run([located]) == run([[each] for each in located])


def run(batches: list[list[LocatedEvent]]) -> tuple[object, ...]:
    packed: dict[str, bytes | None] = {}
    sums: dict[tuple[int, int], dict[int, int]] = {}
    passed_on: list[batch.ForwardedEvent] = []
    for of_batch in batches:
        good: dict[str, list[LocatedEvent]] = {}
        for located in of_batch:
            good.setdefault(schema.key_of(located.event), []).append(located)
        mine = {shopper: packed.get(shopper) for shopper in good}
        result = batch.reduce(good, mine, KNOWN, Increments.around(START), log=1)
        packed.update({key: pack(features) for key, features in result.states.items()})
        passed_on += sorted(result.passed_on, key=lambda passed: passed.offset)
        for key, added in result.trends.sums.items():
            mine_now = sums.setdefault(key, {})
            for article, amount in added.items():
                mine_now[article] = mine_now.get(article, 0) + amount
    return packed, sums, passed_on


@given(st.integers(0, 1000))
def test_a_merge_that_comes_twice_changes_nothing(seed: int) -> None:
    visitor, customer = State(), State()
    for number, event in enumerate(traffic(60, ARTICLES, 4, seed)):
        if not isinstance(event, schema.Identify | schema.Reset | schema.Erase):
            learn(visitor if number % 2 else customer, event, ABOUT)
    merge = hand_over(visitor, identify("i1"))
    assert merge is not None
    learn(customer, merge)
    once = pack(customer)
    learn(customer, merge)
    assert pack(customer) == once


def identify(name: str) -> schema.Identify:
    return schema.Identify(id=name, shopper="c1", ts=START, source="shop", anonymous="a" + "0" * 32)


def test_a_recognised_shopper_hands_everything_over_and_starts_anew() -> None:
    visitor = after(seen(1, START), bought(2, START + 1000))
    before = view(copy.deepcopy(visitor), START)
    merge = hand_over(visitor, identify("i1"))
    assert merge is not None
    customer = after(merge, about=None)
    assert view(customer, START) == before
    assert view(visitor, START) == state.ShopperState()
    assert hand_over(visitor, identify("i1")) is None
    assert hand_over(visitor, identify("i2")) is None


def test_a_merge_adds_to_what_the_customer_had() -> None:
    visitor = after(seen(1, START + 2000))
    merge = hand_over(visitor, identify("i1"))
    assert merge is not None
    customer = view(after(seen(2, START + 5000, "x"), bought(3, START), merge), START)
    assert [r.article for r in customer.recents] == [2, 1, 3]
    assert customer.counts == {"view": 2, "purchase": 1}


def test_trends_weigh_a_later_event_more_and_sums_stay_whole() -> None:
    half_life = trends.HALF_LIFE_MS
    begin = START // EPOCH_MS * EPOCH_MS
    assert trends.weight(Action.VIEW, begin + half_life) == 2 * trends.weight(Action.VIEW, begin)
    assert trends.weight(Action.PURCHASE, begin + EPOCH_MS - 1) * 10**10 < 2**53
    assert trends.weight(Action.SEARCH, begin) == 0


@pytest.mark.feature("trending")
def test_the_epoch_before_counts_on_and_older_ones_dont() -> None:
    epoch = 100
    view_then = trends.weight(Action.VIEW, epoch * EPOCH_MS - 1)
    view_now = trends.weight(Action.VIEW, epoch * EPOCH_MS)
    ((_, first), (_, second)) = trends.best([(1, view_now)], [(2, view_then)], 5)
    assert first == pytest.approx(second, rel=0.01)
    assert trends.scale_at(epoch, epoch * EPOCH_MS) * view_now == 1.0


def test_a_clock_that_is_wrong_pushes_no_epoch_out() -> None:
    increments = Increments.around(12 * EPOCH_MS - 1)
    for epoch in (10, 11, 99, 3, 98, 12, 97):
        increments.add(Action.VIEW, epoch * EPOCH_MS, [(1, 1)])
    assert [epoch for epoch, _ in increments.sums] == [10, 11, 12]
