import io
import json
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from catalog.tests.factories import make_article, make_customer, make_transaction
from streaming import clock, connection, events, history, keys
from streaming.models import ReplayPosition
from streaming.pace import Pace
from streaming.tests.kafka import messages

pytestmark = pytest.mark.django_db(transaction=True)
LAST = date(2020, 9, 22)


@pytest.fixture
def past(log: str, store: None) -> list[int]:
    """Three days around the end of a month; the ids of their lines in file order."""
    articles = [make_article() for _ in range(4)]
    customers = [make_customer() for _ in range(5)]
    lines = [
        make_transaction(
            article=articles[i % 4], customer=customers[i % 5], t_dat=day, sales_channel=1 + i % 2
        ).pk
        for day in (date(2020, 8, 31), date(2020, 9, 1), LAST)
        for i in range(40)
    ]
    clock._offset.learn(None)
    clock._to_end_of_data.cache_clear()
    return lines


def run(*arguments: str, **options: object) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def published(log: str, count: int) -> list[events.Event]:
    return [events.decode(message.value() or b"") for message in messages(log, count, 20)]


def test_by_default_the_last_day_is_published_in_the_order_of_its_baskets(
    past: list[int], log: str
) -> None:
    assert "40 events" in run("replay_transactions", max=True)
    got = published(log, 40)
    assert {event.id for event in got} == {f"r{pk}" for pk in past[80:]}
    begin = history.start_of(LAST)
    assert all(begin <= event.ts < begin + 86_400_000 for event in got)
    by_basket: dict[tuple[str, int], set[int]] = {}
    for event in got:
        assert isinstance(event, events.Purchase)
        by_basket.setdefault((event.shopper, event.channel), set()).add(event.ts)
    assert all(len(moments) == 1 for moments in by_basket.values())
    assert len({ts for moments in by_basket.values() for ts in moments}) > 1


def test_several_months_come_in_order_and_the_same_way_each_time(past: list[int], log: str) -> None:
    run("replay_transactions", "--from=2020-08-31", "--max")
    run("replay_transactions", "--from=2020-08-31", "--max")
    got = published(log, 240)
    for shopper in {event.shopper for event in got}:
        of_shopper = [event for event in got if event.shopper == shopper]
        half = len(of_shopper) // 2
        assert of_shopper[:half] == of_shopper[half:]
        assert [e.ts for e in of_shopper[:half]] == sorted(e.ts for e in of_shopper[:half])


def test_a_replay_goes_on_where_it_stopped(past: list[int], log: str) -> None:
    run("replay_transactions", "--from=2020-08-31", "--max")
    ReplayPosition.objects.update(day=date(2020, 9, 1), line=30)
    assert "50 events" in run("replay_transactions", "--from=2020-08-31", "--max", "--resume")
    assert "0 events" in run("replay_transactions", "--from=2020-08-31", "--max", "--resume")


def test_browsing_is_marked_as_synthetic_and_comes_before_its_purchase(
    past: list[int], log: str
) -> None:
    assert "synthetic" in run("replay_transactions", "--browse", "--max")
    got = published(log, 80)
    made = [event for event in got if not isinstance(event, events.Purchase)]
    assert made
    assert all(e.id.startswith("s") and e.widget == "synthetic" for e in made)  # type: ignore[union-attr]
    bought_at = {e.id: e.ts for e in got if isinstance(e, events.Purchase)}
    assert all(e.ts < bought_at[e.id[2:]] for e in made)


def test_the_shop_clock_follows_a_replay_but_never_goes_back_unasked(past: list[int]) -> None:
    end = history.start_of(LAST + timedelta(days=1))
    clock.set_now(history.start_of(LAST))
    run("replay_transactions", "--max")
    assert history.start_of(LAST) + 3_600_000 < clock.now_ms() <= end + 60_000
    clock.set_now(end + 5_000_000)
    run("replay_transactions", "--max")
    assert clock.now_ms() >= end + 5_000_000
    run("replay_transactions", "--max", "--rewind")
    assert clock.now_ms() < end + 60_000


def test_the_clock_of_a_shop_that_nobody_set_stands_at_the_end_of_its_data(
    past: list[int],
) -> None:
    connection.client().delete(keys.CLOCK)
    clock._to_end_of_data.cache_clear()
    assert abs(clock.now_ms() - history.start_of(LAST + timedelta(days=1))) < 60_000
    clock._to_end_of_data.cache_clear()


def test_days_without_history_are_an_error(past: list[int]) -> None:
    with pytest.raises(CommandError, match="history goes from 2020-08-31"):
        run("replay_transactions", "--from=2021-01-01")


def test_nothing_ingested_is_an_error(log: str) -> None:
    with pytest.raises(CommandError, match="ingest_hm"):
        run("replay_transactions")


def test_a_rebuild_publishes_history_into_an_empty_store_only(past: list[int], log: str) -> None:
    assert "80 purchases" in run("rebuild_features", "--days=22")
    connection.client().set(keys.state("c1"), b"x")
    with pytest.raises(CommandError, match="isn't empty"):
        run("rebuild_features")


def test_the_status_is_json_for_machines(past: list[int]) -> None:
    answer = json.loads(run("stream_status", "--json"))
    assert answer == {"workers": [], "lag": 0, "outbox": 0, "spool_bytes": 0}
    assert "0 workers" in run("stream_status")


def test_a_pace_is_steady() -> None:
    pace = Pace(rate=2000)
    slices = list(pace.slices(list(range(400))))
    assert [a for a, _ in slices][1:] == [b for _, b in slices][:-1]
    assert slices[-1][1] == 400
    assert max(b - a for a, b in slices) < 250


def test_a_speed_lets_pass_what_is_due() -> None:
    pace = Pace(speed=100)
    ts = [0, 1000, 2000, 20_000]
    assert [b for _, b in pace.slices(ts)][-1] == 4
    assert pace.began is not None
