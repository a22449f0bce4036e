"""Windows, sessions, recency and frequency of one shopper, and bounds under any traffic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.events import schema
from streaming.events.actions import Action
from streaming.events.spans import DAY_MS, HOUR_MS
from streaming.features.reducer.handover import hand_over
from streaming.features.registry import BUCKETS, COUNTS_IN_TIME, SESSION_GAP_MS
from streaming.features.state import State, bucket_key, bucket_of, buckets_of, view
from streaming.tests.traffic import START, learn

MINUTE = 60_000


def seen(article: int, ts: int) -> schema.View:
    return schema.View(id=f"{article}-{ts}", shopper="c1", ts=ts, source="shop", article=article)


def bought(ts: int) -> schema.Purchase:
    return schema.Purchase(
        id=f"p{ts}", shopper="c1", ts=ts, source="shop", article=1, price=0.1, channel=2
    )


def after(*made: schema.Event) -> State:
    state = State()
    for event in made:
        learn(state, event)
    return state


def views(state: State, now_ms: int) -> dict[str, int]:
    return {name: found.get(Action.VIEW, 0) for name, found in view(state, now_ms).windows.items()}


@pytest.mark.feature("windows")
def test_an_event_leaves_each_window_in_its_time() -> None:
    state = after(seen(1, START))
    assert views(state, START) == {"1h": 1, "24h": 1, "7d": 1, "30d": 1}
    assert views(state, START + HOUR_MS) == {"1h": 0, "24h": 1, "7d": 1, "30d": 1}
    assert views(state, START + DAY_MS) == {"1h": 0, "24h": 0, "7d": 1, "30d": 1}
    assert views(state, START + 7 * DAY_MS) == {"1h": 0, "24h": 0, "7d": 0, "30d": 1}
    assert views(state, START + 30 * DAY_MS) == {"1h": 0, "24h": 0, "7d": 0, "30d": 0}


def test_windows_of_nobody_are_empty() -> None:
    assert view(State(), START).windows == {}


@pytest.mark.feature("counts")
def test_a_late_event_counts_in_the_windows_it_belongs_to() -> None:
    state = after(seen(1, START), seen(2, START - 2 * DAY_MS), seen(3, START - 90 * DAY_MS))
    assert views(state, START) == {"1h": 1, "24h": 1, "7d": 2, "30d": 2}
    assert view(state, START).counts == {"view": 3}


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 60 * DAY_MS)), min_size=1, max_size=80))
def test_windows_count_what_is_there_and_stay_within_their_bound(
    visits: list[tuple[int, int]],
) -> None:
    made = [seen(n * 10 + article, START + ms) for n, (article, ms) in enumerate(visits)]
    state, now = after(*made), START + max(ms for _, ms in visits)
    assert len(buckets_of(state)) <= COUNTS_IN_TIME.bound
    first_day = now // DAY_MS - 29
    expected = sum(event.ts // DAY_MS >= first_day for event in made)
    assert views(state, now)["30d"] == expected


@given(st.integers(0, 2), st.integers(0, 2**28), st.integers(0, 6))
def test_a_buckets_key_tells_all_of_it(resolution: int, bucket: int, place: int) -> None:
    assert bucket_of(bucket_key(resolution, bucket, place)) == (resolution, bucket, place)
    assert len(BUCKETS) == 3


@pytest.mark.feature("sessions", "session_start", "session_events")
def test_half_an_hour_without_an_event_ends_a_session() -> None:
    later = START + 20 * MINUTE
    state = after(seen(1, START), seen(2, later))
    now = view(state, later + MINUTE)
    assert (now.sessions, now.session_events, now.session_start) == (1, 2, START)
    over = view(state, later + SESSION_GAP_MS + 1)
    assert (over.sessions, over.session_events, over.session_start) == (1, 0, 0)
    learn(state, seen(3, later + SESSION_GAP_MS + 1))
    assert (state.sessions, state.session_events) == (2, 1)


@pytest.mark.feature("last_purchase", "purchase_days")
def test_purchases_tell_recency_and_on_how_many_days() -> None:
    state = after(bought(START), bought(START + 1000), bought(START + 3 * DAY_MS), seen(1, START))
    found = view(state, START + 4 * DAY_MS)
    assert found.last_purchase == START + 3 * DAY_MS
    assert found.purchase_days == 2


def test_a_merge_joins_sessions_windows_and_purchases() -> None:
    visitor = after(seen(1, START), bought(START + MINUTE))
    identify = schema.Identify(
        id="i", shopper="c1", ts=START, source="shop", anonymous="a" + "0" * 32
    )
    merge = hand_over(visitor, identify)
    assert merge is not None
    customer = after(seen(2, START + 2 * MINUTE), merge)
    found = view(customer, START + 3 * MINUTE)
    assert (found.sessions, found.session_events, found.session_start) == (1, 3, START)
    assert found.windows["1h"] == {"view": 2, "purchase": 1}
    assert (found.last_purchase, found.purchase_days) == (START + MINUTE, 1)
