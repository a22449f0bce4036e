"""What the world may put into the log, or take from the store: the stream goes on, exactly."""

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from confluent_kafka.cimpl import NewTopic
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from catalog.period import data_period
from catalog.tests.factories import make_article, make_transaction
from streaming import clock, connection, dead_letters, keys, partitions, status
from streaming.consumer.applier import IN_A_ROW, DeadLetterLimitError
from streaming.events.actions import Action
from streaming.events.schema import BagAdd, BagRemove, Event, Identify, Purchase, View, encode
from streaming.events.spans import DAY_MS
from streaming.features import sampling, store, verify
from streaming.features.processor import SETTLES_S, TOP_S
from streaming.features.state import ShopperState, unpack
from streaming.kafka import topics
from streaming.producers import spool
from streaming.tasks import flush_spool
from streaming.tests.fixtures import delete
from streaming.tests.running import produce, running, send
from streaming.tests.servers import Valkey, eventually
from streaming.tests.traffic import START, traffic

pytestmark = pytest.mark.django_db(transaction=True)
VISITOR = "a" + "7" * 32


@pytest.fixture
def articles(log: str, store: None) -> list[int]:
    clock.set_now(START + DAY_MS)
    return [make_article(product_type=(n, f"Type {n}")).pk for n in range(5)]


def views(
    shoppers: Sequence[str], articles: Sequence[int], each: int, ts: int = START
) -> list[Event]:
    return [
        View(id=f"{s}-{n}-{ts}", shopper=s, ts=ts + n * 1000, source="api",
             article=articles[n % len(articles)])
        for n in range(each)
        for s in shoppers
    ]  # fmt: skip


def features(shopper: str) -> ShopperState:
    return store.snapshot(shopper).state


def check_against_the_log() -> None:
    asked = store.shoppers(1000)
    positions, online = store.stored(topics.ensure(), asked)
    assert verify.differences(online, verify.from_log(asked, positions)) == []


def test_empty_values_are_filed_and_the_events_behind_them_learned(articles: list[int]) -> None:
    produce([(f"c{1 + n % 9}", None) for n in range(150)])
    send(*views(["c1", "c2", "c3", "c4"], articles, 10))
    with running() as worker:
        worker.catch_up()
    assert [features(f"c{n}").counts for n in (1, 2, 3, 4)] == [{"view": 10}] * 4
    assert worker.error is None
    errors = [letter.error for _, letter in dead_letters.dead_letters()]
    assert len(errors) == 150
    assert all("tombstone" in error for error in errors)


def test_a_worker_that_stopped_over_dead_letters_gets_past_them_and_says_why(
    articles: list[int],
) -> None:
    produce([("c1", b"junk")] * (IN_A_ROW + 500), partition=0)
    with running() as worker:
        eventually(lambda: not worker.thread.is_alive(), "the limit")
    assert isinstance(worker.error, DeadLetterLimitError)
    assert "dead_letters" in str(worker.error)
    assert status.workers() == []
    (told,) = status.read_statuses()
    assert (told.state, told.partitions[0].position > IN_A_ROW) == ("stopped", True)
    assert "in a row" in told.reason
    send(*views(["c1"], articles, 3))
    with running() as worker:
        worker.catch_up()
        eventually(
            lambda: [w.state for w in status.read_statuses()] == ["running"], "a running worker"
        )
    assert features("c1").counts == {"view": 3}


def test_a_value_too_long_for_a_letter_is_filed_shortened(articles: list[int]) -> None:
    produce([("c1", b"x" * 900_000)], partition=0, config={"message.max.bytes": 1_000_000})
    send(*views(["c1"], articles, 1))
    with running() as worker:
        worker.catch_up()
    assert features("c1").counts == {"view": 1}
    ((_, letter),) = dead_letters.dead_letters()
    assert letter.cut_from == 900_000


def test_any_partitioner_will_do(articles: list[int]) -> None:
    everybody = [f"c{n}" for n in range(1, 41)]
    send(*views(everybody, articles, 4), partitioner="murmur2_random")
    send(*views(everybody, articles, 4, ts=START + 60_000))
    with running() as worker:
        worker.catch_up()
        assert {s: features(s).counts for s in everybody} == {s: {"view": 8} for s in everybody}
        assert list(dead_letters.dead_letters()) == []
        check_against_the_log()


def test_what_is_passed_on_again_counts_once(articles: list[int]) -> None:
    """The origin's position is lost, so that it passes everything on once more."""
    send(*views([f"c{n}" for n in range(1, 11)], articles, 50), partitioner="murmur2_random")
    with running() as worker:
        worker.catch_up()
        before = everything()
        names = list(connection.client().scan_iter("{p*}:fence:*"))
        connection.client().delete(*names)
        eventually(
            lambda: len(list(connection.client().scan_iter("{p*}:fence:*"))) == len(names),
            "positions",
        )
        worker.catch_up()
    assert everything() == before
    assert features("c1").counts == {"view": 50}


def test_a_lost_position_beside_living_features_counts_nothing_twice(articles: list[int]) -> None:
    send(*traffic(1500, articles, shoppers=30))
    with running() as worker:
        worker.catch_up()
        before = everything()
        lost = connection.client()
        assert lost.delete(*lost.scan_iter("{p*}:fence:*"))
        eventually(lambda: bool(list(lost.scan_iter("{p*}:fence:*"))), "positions")
        worker.catch_up()
        assert everything() == before
    assert any(name.find(b":t:") > 0 for name in before)


def test_a_partly_evicted_store_is_made_whole_from_the_log(articles: list[int]) -> None:
    send(*views([f"c{n}" for n in range(1, 21)], articles, 10))
    with running() as worker:
        worker.catch_up()
        client = connection.client()
        client.delete(*client.scan_iter("{p*}:fence:*"), keys.state("c1"), keys.state("c2"))
        eventually(lambda: features("c1").counts == {"view": 10}, "the state that was lost")
        worker.catch_up()
    assert {features(f"c{n}").counts[Action.VIEW] for n in range(1, 21)} == {10}


def everything() -> dict[bytes, object]:
    """States and trends, byte for byte; a trend's value is exact."""
    client = connection.client()
    found: dict[bytes, object] = {key: client.get(key) for key in client.scan_iter("{p*}:s:*")}
    found |= {
        key: client.zrange(key, 0, -1, withscores=True) for key in client.scan_iter("{p*}:t:*")
    }
    return found | {key: client.hgetall(key) for key in client.scan_iter("{p*}:n:*")}


def test_a_store_that_may_evict_stops_the_stream_until_it_is_mended(
    articles: list[int], tmp_path: Path, settings: LazySettings
) -> None:
    with Valkey(tmp_path) as valkey:
        settings.REDIS_URL = valkey.url
        connection.reset()
        valkey.client.config_set("maxmemory", "100mb")
        valkey.client.config_set("maxmemory-policy", "allkeys-lru")
        send(*views(["c1"], articles, 2))
        with running() as worker:
            eventually(lambda: worker.runtime.metrics.state == "waiting", "the refusal")
            assert "noeviction" in worker.runtime.metrics.reason
            assert features("c1").counts == {}
            valkey.client.config_set("maxmemory-policy", "noeviction")
            worker.catch_up()
        assert features("c1").counts == {"view": 2}
    settings.REDIS_URL = settings.CELERY_BROKER_URL
    connection.reset()


def bag(kind: type[BagAdd | BagRemove], article: int, ts: int) -> Event:
    name = f"{kind.__name__}{article}-{ts}"
    return kind(id=name, shopper="c11", ts=START + ts, source="api", article=article)


def test_the_bag_follows_event_time(articles: list[int]) -> None:
    a, b, c, d, _ = articles
    bought = Purchase(id="p", shopper="c11", ts=START + 9000, source="shop", article=d,
                      price=0.05, channel=2)  # fmt: skip
    send(
        bag(BagAdd, a, 0),
        bag(BagRemove, c, 5000), bag(BagAdd, c, 4000),
        bag(BagAdd, b, 1000),
        bought, bag(BagAdd, d, 8000),
    )  # fmt: skip
    with running() as worker:
        worker.catch_up()
    assert features("c11").bag == [b, a]


def test_what_an_anonymous_shopper_did_before_sign_in_reaches_the_customer_late(
    articles: list[int],
) -> None:
    early, late, after = (
        View(id=f"v{ts}", shopper=VISITOR, ts=START + ts, source="shop", article=articles[n])
        for n, ts in enumerate((0, 1000, 9000))
    )
    known = Identify(id="i", shopper="c5", ts=START + 5000, source="shop", anonymous=VISITOR)
    send(early, known, after, late, late)
    with running() as worker:
        worker.catch_up()
    assert features("c5").counts == {"view": 2}
    assert features(VISITOR).counts == {"view": 1}


def test_wrong_clocks_push_nothing_out(articles: list[int]) -> None:
    now = clock.now_ms()
    send(*views(["c1", "c2"], articles, 20, ts=now - DAY_MS))
    with running() as worker:
        worker.catch_up()
        for days in (2, 25, 11 * 365):
            ahead, behind = now + days * DAY_MS, now - (365 + days) * DAY_MS
            send(*views(["c1"], articles, 6, ts=ahead), *views(["c2"], articles, 6, ts=behind))
        worker.catch_up()
        eventually(lambda: bool(store.trending(None, 5)), "trends")
        assert len(store.trending(None, 10)) == len(articles)
    assert features("c1").counts == {"view": 20}
    assert features("c1").windows["7d"] == {"view": 20}
    assert sum("clock" in letter.error for _, letter in dead_letters.dead_letters()) == 18


def test_a_lost_redis_doesnt_lose_the_time(articles: list[int]) -> None:
    at = clock.now_ms()
    connection.client().flushdb()
    clock.reset()
    assert clock.now_ms() == pytest.approx(at, abs=60_000)
    clock.set_now(START - 300 * DAY_MS)
    assert clock.latest_ms() == pytest.approx(at, abs=60_000)


def test_one_sale_of_another_century_doesnt_rule_the_shop(db: None) -> None:
    for day in (date(2020, 9, 1), date(2020, 9, 22)):
        for _ in range(3):
            make_transaction(article=make_article(), t_dat=day)
    make_transaction(article=make_article(), t_dat=date(2099, 12, 31))
    found = data_period()
    assert found is not None
    assert (found.first, found.last, found.apart) == (date(2020, 9, 1), date(2020, 9, 22), 1)
    assert "2099-12-31" in found.warnings[0]


def test_more_partitions_in_the_setting_move_no_state(
    articles: list[int], settings: LazySettings
) -> None:
    everybody = [f"c{n}" for n in range(1, 31)]
    send(*views(everybody, articles, 2))
    with running() as worker:
        worker.catch_up()
    settings.KAFKA_PARTITIONS = 12
    partitions.reset()
    send(*views(everybody, articles, 2, ts=START + 60_000))
    with running() as worker:
        worker.catch_up()
    assert partitions.homes() == 6
    assert {s: features(s).counts for s in everybody} == {s: {"view": 4} for s in everybody}


def test_messages_in_a_topic_that_is_too_small_are_moved_not_deleted(
    articles: list[int], settings: LazySettings, log: str
) -> None:
    partitions.settle(6)
    settings.KAFKA_TOPIC = f"{log}.small"
    small = NewTopic(settings.KAFKA_TOPIC, num_partitions=2, replication_factor=1)
    client = topics.admin()  # its futures need it alive
    client.create_topics([small])[settings.KAFKA_TOPIC].result(10)
    everybody = [f"c{n}" for n in range(1, 20)]
    send(*views(everybody, articles, 10))
    with running() as worker:
        eventually(lambda: bool(worker.runtime.assignment.positions), "an assignment")
        eventually(lambda: spool.size() == 0 or flush_spool() > 0, "the spool's end")
        eventually(lambda: features("c1").counts == {"view": 10}, "features")
        worker.catch_up()
    assert {s: features(s).counts for s in everybody} == {s: {"view": 10} for s in everybody}
    delete(settings.KAFKA_TOPIC)
    settings.KAFKA_TOPIC = log


def test_positions_are_shown_and_skipped(
    articles: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    send(*views(["c1"], articles, 5))
    call_command("stream_status")
    assert "Workers: 0; events behind: 5" in capsys.readouterr().out
    of = partitions.home_of("c1")
    call_command("stream_positions", "skip", str(of), "--to", "3")
    with pytest.raises(CommandError, match="isn't behind the position 3"):
        call_command("stream_positions", "skip", str(of), "--to", "2")
    with running() as worker:
        worker.catch_up()
    assert features("c1").counts == {"view": 2}


def test_a_lost_state_and_lost_trends_are_found_at_night_and_brought_back(
    articles: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    send(*views([f"c{n}" for n in range(1, 9)], articles, 10))
    of, client = partitions.home_of("c1"), connection.client()
    with running() as worker:
        worker.catch_up()
        before = everything()
        assert (sampling.verify(500).differing, sampling.verify(500).differences) == (0, [])
        client.delete(keys.state("c1"), next(client.scan_iter(f"{keys.tag(of)}:t:*")))
        found = sampling.verify(500)
        assert found.differing == 2  # the state, and the trends
        assert f"stream_positions reread {of}" in found.differences[0]
        call_command("stream_positions", "reread", str(of))
        eventually(lambda: everything() == before, "what was lost")
    assert sampling.verify(500).differing == 0


def test_an_erased_shopper_stays_erased_when_the_log_is_read_again(articles: list[int]) -> None:
    from streaming.erasure import features as erasure

    send(*views(["c1"], articles, 5))
    erasure.erase_features("c1")
    with running() as worker:
        worker.catch_up()
        client = connection.client()
        client.delete(*client.scan_iter("{p*}:fence:*"))
        eventually(lambda: bool(list(client.scan_iter("{p*}:fence:*"))), "positions")
        worker.catch_up()
    packed = client.get(keys.state("c1"))
    assert unpack(packed).erased  # type: ignore[arg-type]


def test_an_event_carries_any_price_that_an_ingest_takes(articles: list[int]) -> None:
    from catalog.quantities import MAX_PRICE

    made = [
        Purchase(id=f"p{price}", shopper="c1", ts=START, source="replay", article=articles[0],
                 price=price, channel=2)
        for price in (1.69e-05, 9.99, 49.99, MAX_PRICE)
    ]  # fmt: skip
    send(*made)
    with running() as worker:
        worker.catch_up()
    assert features("c1").counts == {"purchase": 4}
    assert encode(made[0])


def test_a_position_lost_with_the_note_of_its_log_doubles_no_trend(articles: list[int]) -> None:
    send(*views(["c1", "c2", "c3"], articles, 20))
    with running() as worker:
        worker.catch_up()
        before = everything()
        client = connection.client()
        client.delete(*client.scan_iter("{p*}:fence:*"), *client.scan_iter("{p*}:log"))
        eventually(lambda: bool(list(client.scan_iter("{p*}:fence:*"))), "positions")
        worker.catch_up()
        assert everything() == before


def test_trends_for_readers_that_were_lost_are_made_again_in_a_quiet_shop(
    articles: list[int],
) -> None:
    send(*views(["c1"], articles, 20))
    with running() as worker:
        worker.catch_up()
        eventually(lambda: bool(store.trending(None, 5)), "trends")
        time.sleep(SETTLES_S + 2 * TOP_S)
        connection.client().delete(keys.top(None))
        eventually(lambda: bool(store.trending(None, 5)), "trends again")
