import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from catalog.models import Transaction
from catalog.tests.factories import make_article, make_customer, make_transaction
from streaming import clock, connection, history, keys
from streaming.events import schema
from streaming.models import ReplayPosition
from streaming.replay import replay
from streaming.replay.rate_limiter import STALL_S, TICK_S, Pace
from streaming.tests.kafka import messages
from streaming.tests.servers import database_url
from streaming.tests.traffic import START
from web import cache

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
    cache.empty()
    return lines


@pytest.mark.parametrize(
    "arguments",
    [
        ("replay_transactions", "--rate", "nan"),
        ("replay_transactions", "--from", "2020-13-01"),
        ("rebuild_features", "--days", "0"),
        ("verify_features", "--shoppers", "1.5"),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=f"argument {arguments[1]}: '{arguments[2]}' is not a"):
        call_command(*arguments)


def run(*arguments: str, **options: object) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def published(log: str, count: int) -> list[schema.Event]:
    return [schema.decode(message.value() or b"") for message in messages(log, count)]


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
        assert isinstance(event, schema.Purchase)
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


def test_only_a_replay_of_the_same_lines_is_resumed(
    past: list[int], log: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = list(Transaction.objects.order_by("t_dat", "pk"))
    for folder, chosen in ((tmp_path / "one", lines), (tmp_path / "two", lines[1:])):
        folder.mkdir()
        write_file(folder, chosen)
    again = ("replay_transactions", "--from=2020-08-31", "--max", "--resume")
    assert "120 events" in run(*again, data_dir=tmp_path / "one")
    assert "0 events" in run(*again, data_dir=tmp_path / "one")
    capsys.readouterr()
    assert "119 events" in run(*again, data_dir=tmp_path / "two")
    assert "for the first time" in capsys.readouterr().err
    assert "120 events" in run(*again)
    assert "events (views" in run(*again, "--browse")
    assert ReplayPosition.objects.count() == 4


def test_a_full_queue_of_the_client_drops_nothing(
    past: list[int], log: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "IN_FLIGHT", 200)
    publisher = replay.Publisher()
    views = [
        schema.View(id=f"v{i}", shopper=f"c{1 + i % 9}", ts=START, source="shop", article=1)
        for i in range(5000)
    ]
    publisher.send(views)
    publisher.settle()
    assert {event.id for event in published(log, 5000)} == {view.id for view in views}


def test_browsing_is_marked_as_synthetic_and_comes_before_its_purchase(
    past: list[int], log: str
) -> None:
    assert "synthetic" in run("replay_transactions", "--browse", "--max")
    got = published(log, 80)
    made = [event for event in got if not isinstance(event, schema.Purchase)]
    assert made
    assert all(e.id.startswith("s") and e.widget == "synthetic" for e in made)  # type: ignore[union-attr]
    bought_at = {e.id: e.ts for e in got if isinstance(e, schema.Purchase)}
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
    cache.empty()
    assert abs(clock.now_ms() - history.start_of(LAST + timedelta(days=1))) < 60_000
    cache.empty()


def test_days_without_history_are_an_error(past: list[int]) -> None:
    with pytest.raises(CommandError, match="it covers 2020-08-31"):
        run("replay_transactions", "--from=2021-01-01")


def test_nothing_ingested_is_an_error(log: str) -> None:
    with pytest.raises(CommandError, match="ingest_hm"):
        run("replay_transactions")


def test_a_rebuild_publishes_history_into_an_empty_store_only(past: list[int], log: str) -> None:
    assert "80 purchases" in run("rebuild_features", "--days=22")
    connection.client().set(keys.state("c1"), b"x")
    with pytest.raises(CommandError, match="isn't empty"):
        run("rebuild_features")


def test_a_source_names_the_engine_that_reads_it(past: list[int], log: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--source lake needs --engine spark"):
        run("rebuild_features", "--source=lake")
    with pytest.raises(CommandError, match="--source log needs --engine local"):
        run("rebuild_features", "--source=log", "--engine=spark")
    with pytest.raises(CommandError, match="run export_history first"):
        run("rebuild_features", "--source=lake", "--engine=spark", f"--lake={tmp_path}")
    with pytest.raises(CommandError, match="No rebuild of this history was interrupted"):
        run("rebuild_features", "--engine=spark", "--resume")


def test_the_status_is_json_for_machines(past: list[int]) -> None:
    answer = json.loads(run("stream_status", "--json"))
    assert answer == {"workers": [], "lag": 0, "outbox": 0, "spool_bytes": 0}
    assert "Workers: 0" in run("stream_status")


def test_the_file_gives_the_events_of_the_ingested_lines(
    past: list[int], log: str, tmp_path: Path
) -> None:
    write_file(tmp_path, Transaction.objects.order_by("t_dat", "pk"))
    run("replay_transactions", "--from=2020-08-31", "--max")
    told = run("replay_transactions", "--from=2020-09-01", "--max", data_dir=tmp_path)
    assert "80 events" in told
    got = published(log, 200)
    ingested = [event for event in got if event.id in {f"r{pk}" for pk in past}]
    filed = sorted((e for e in got if e not in ingested), key=lambda event: int(event.id[1:]))
    assert [event.id for event in filed] == [f"r{line}" for line in range(41, 121)]
    by_line = {f"r{pk}": f"r{line}" for line, pk in enumerate(past, start=1)}
    later = [msgspec.structs.replace(e, id=by_line[e.id]) for e in ingested if e.id in by_line]
    assert {e.id: e for e in filed}.items() <= {e.id: e for e in later}.items()


def write_file(folder: Path, lines: Iterable[Transaction]) -> None:
    rows = [
        f"{t.t_dat},{t.customer.customer_id},{t.article_id:010d},{t.price!r},{t.sales_channel}"
        for t in lines
    ]
    header = "t_dat,customer_id,article_id,price,sales_channel_id"
    (folder / "transactions_train.csv").write_text("\n".join([header, *rows, ""]))


def test_a_file_in_another_order_is_sorted_and_says_so_at_the_start(
    past: list[int], log: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = list(Transaction.objects.order_by("t_dat", "pk"))
    write_file(tmp_path, lines[::-1])
    run("replay_transactions", "--from=2020-08-31", "--max", data_dir=tmp_path)
    assert "not in order of days: it is sorted" in capsys.readouterr().err
    by_shopper: dict[str, list[int]] = {}
    for event in published(log, len(lines)):
        by_shopper.setdefault(event.shopper, []).append(event.ts)
    assert sum(map(len, by_shopper.values())) == len(lines)
    assert all(times == sorted(times) for times in by_shopper.values())


def test_a_replay_goes_on_after_bad_lines_and_counts_them(
    past: list[int], log: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = list(Transaction.objects.order_by("t_dat", "pk"))
    lines[4].price = -1
    write_file(tmp_path, lines)
    told = run("replay_transactions", "--from=2020-08-31", "--max", data_dir=tmp_path)
    assert f"{len(lines) - 1} events" in told
    said = "1 lines passed over, as an ingest does: 1 × price is not above zero; first line 6"
    assert said in capsys.readouterr().err


def test_a_replay_from_a_file_of_which_nothing_can_be_used_fails(
    past: list[int], log: str, tmp_path: Path
) -> None:
    lines = list(Transaction.objects.order_by("t_dat", "pk"))
    for line in lines:
        line.price = 0
    write_file(tmp_path, lines)
    with pytest.raises(CommandError, match="no line can be used: line 2: price is not above zero"):
        run("replay_transactions", "--from=2020-08-31", "--max", data_dir=tmp_path)
    with pytest.raises(CommandError, match=r"no transactions_train\.csv"):
        run("replay_transactions", data_dir=tmp_path / "none")


def test_a_replay_that_loops_goes_on_in_event_time_until_it_is_stopped(
    past: list[int], log: str, tmp_path: Path
) -> None:
    command = [sys.executable, "manage.py", "replay_transactions", "--loop", "--rate=400"]
    environment = {**os.environ, "DATABASE_URL": database_url(), "KAFKA_TOPIC": log}
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            got = published(log, 130)
            process.send_signal(signal.SIGINT)
            assert "interrupted" in process.communicate(timeout=180)[0]
        finally:  # else leaving the block would wait for a process that goes on for ever
            process.kill()
    assert process.returncode == 0
    laps = {event.id: event.ts for event in got}
    first = past[80]
    assert laps[f"r{first}-2"] - laps[f"r{first}-1"] == laps[f"r{first}-1"] - laps[f"r{first}"]
    assert laps[f"r{first}-1"] - laps[f"r{first}"] == 86_400_000
    assert ReplayPosition.objects.get().lap >= 3


class Clock:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.now = 1000.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def paced(**pace: float) -> tuple[Clock, Pace]:
    clock = Clock()
    return clock, Pace(**pace, now=lambda: clock.now, sleep=clock.sleep)


def test_a_rate_is_steady() -> None:
    clock, pace = paced(rate=2000)
    sizes = []
    for begin, end in pace.slices(list(range(10_000))):
        sizes.append(end - begin)
    assert sum(sizes) == 10_000
    assert max(sizes) <= 2000 * TICK_S + 1
    assert clock.now - 1000 == pytest.approx(5, abs=0.1)


def test_a_speed_lets_pass_what_is_due_and_no_more() -> None:
    clock, pace = paced(speed=100)
    ts = [0, 1000, 2000, 20_000, 20_001, 50_000]
    for _, end in pace.slices(ts):
        elapsed = clock.now - 1000
        assert ts[end - 1] <= elapsed * 100_000 < ts[end - 1] + 100_000 * TICK_S + 1
    assert clock.now - 1000 == pytest.approx(0.5, abs=0.06)


def test_what_was_held_up_doesnt_come_in_a_burst() -> None:
    clock, pace = paced(rate=1000)
    sizes = []
    for begin, end in pace.slices(list(range(5000))):
        sizes.append(end - begin)
        if len(sizes) == 10:
            clock.now += 60  # the broker was down
    assert max(sizes) <= 1000 * (STALL_S + TICK_S) + 1


def test_a_pace_goes_on_over_days_without_an_error_that_adds_up() -> None:
    clock, pace = paced(speed=1000)
    for day in range(20):
        list(pace.slices([day * 10_000 + ms for ms in range(0, 10_000, 500)]))
    assert clock.now - 1000 == pytest.approx(199.5 / 1000 * 1, abs=0.06)
