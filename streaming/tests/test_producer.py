"""The spool, the outbox and publishing, with Kafka there and away."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import transaction

from streaming.events import schema
from streaming.models import OutboxEvent
from streaming.producers import outbox, producer, spool
from streaming.producers.outbox import enqueue
from streaming.tasks import flush_spool
from streaming.tests.kafka import messages
from streaming.tests.servers import database_url, eventually, free_port
from streaming.tests.traffic import traffic

ARTICLES = [108775015, 108775044]


def ids(topic: str, count: int) -> set[str]:
    return {schema.decode(message.value() or b"").id for message in messages(topic, count)}


def names(made: list[schema.Event]) -> set[str]:
    return {event.id for event in made}


def taken_into(got: list[bytes]) -> Callable[[Sequence[bytes]], list[bytes]]:
    """A sender that acknowledges everything."""

    def send(some: Sequence[bytes]) -> list[bytes]:
        got.extend(some)
        return []

    return send


@pytest.fixture
def away(settings: LazySettings, log: str) -> str:
    """Kafka is down; returns the address at which it will be again."""
    address = str(settings.KAFKA_BOOTSTRAP_SERVERS)
    settings.KAFKA_BOOTSTRAP_SERVERS = f"127.0.0.1:{free_port()}"
    return address


def test_published_events_arrive_in_the_shoppers_order(log: str) -> None:
    made = traffic(500, ARTICLES)
    producer.publish(*made)
    producer.close()
    got = [schema.decode(message.value() or b"") for message in messages(log, 500)]
    for key in {schema.key_of(event) for event in made}:
        sent = [event for event in made if schema.key_of(event) == key]
        assert [event for event in got if schema.key_of(event) == key] == sent


@pytest.mark.django_db
def test_with_kafka_down_publishing_takes_no_time_and_loses_nothing(
    settings: LazySettings, away: str, log: str
) -> None:
    made = traffic(300, ARTICLES)
    began = time.monotonic()
    producer.publish(*made)
    assert time.monotonic() - began < 0.5
    producer.close()
    assert spool.size() > 0
    assert flush_spool() == 0
    settings.KAFKA_BOOTSTRAP_SERVERS = away
    outbox.sender.cache_clear()
    assert flush_spool() == 300
    assert ids(log, 300) == names(made)
    assert spool.size() == 0


def test_a_spooling_process_killed_leaves_whole_lines(
    tmp_path: Path, settings: LazySettings
) -> None:
    settings.SPOOL_DIR = tmp_path
    code = (
        "import os,sys,django;django.setup()\n"
        "from django.conf import settings;settings.SPOOL_DIR=sys.argv[1]\n"
        "from streaming.producers import spool\n"
        "n=0\n"
        "while True: spool.append([b'%d' % n]); n+=1\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], env=os.environ)
    eventually(lambda: spool.size() > 20_000, "spooled lines")
    process.send_signal(signal.SIGKILL)
    process.wait()
    got: list[bytes] = []
    sent = spool.flush(taken_into(got))
    assert sent == len(got) > 1000
    assert got == [b"%d" % n for n in range(len(got))]


def test_lines_spooled_while_it_is_flushed_are_in_one_file_only(
    tmp_path: Path, settings: LazySettings
) -> None:
    settings.SPOOL_DIR = tmp_path
    got: list[bytes] = []

    def write() -> None:
        for number in range(3000):
            spool.append([b"%d" % number])

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        spool.flush(taken_into(got))
    spool.flush(taken_into(got))
    assert got == [b"%d" % number for number in range(3000)]


def test_what_isnt_acknowledged_stays_spooled_in_order(
    tmp_path: Path, settings: LazySettings
) -> None:
    settings.SPOOL_DIR = tmp_path
    spool.append([b"1", b"2", b"3"])
    assert spool.flush(lambda some: [some[1]]) == 2
    spool.append([b"4"])
    got: list[bytes] = []
    assert spool.flush(taken_into(got)) == 2
    assert got == [b"2", b"4"]


def test_a_full_spool_says_what_is_lost(
    tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SPOOL_DIR = tmp_path
    monkeypatch.setattr(spool, "LIMIT_BYTES", 10)
    assert spool.append([b"12345"]) == 0
    assert spool.append([b"67890"]) == 1
    assert spool.size() == 6


@pytest.mark.django_db(transaction=True)
def test_an_outbox_event_is_sent_only_if_its_order_is_committed(log: str) -> None:
    made = traffic(3, ARTICLES)
    with transaction.atomic():
        enqueue(made[0])
        transaction.set_rollback(True)
    with transaction.atomic():
        enqueue(*made[1:])
    assert outbox.relay() == 2
    assert ids(log, 2) == names(made[1:])
    assert outbox.relay() == 0


@pytest.mark.django_db(transaction=True)
def test_the_outbox_waits_for_kafka(settings: LazySettings, away: str, log: str) -> None:
    made = traffic(5, ARTICLES)
    enqueue(*made)
    outbox.sender.cache_clear()
    assert outbox.relay() == 0
    assert OutboxEvent.objects.filter(sent_at__isnull=True).count() == 5
    settings.KAFKA_BOOTSTRAP_SERVERS = away
    outbox.sender.cache_clear()
    assert outbox.relay() == 5
    assert ids(log, 5) == names(made)


@pytest.mark.django_db(transaction=True)
def test_an_order_commits_while_redis_is_down(log: str) -> None:
    code = (
        "import time, storefront.celery, django; django.setup()\n"
        "from streaming.events import schema as events; from streaming.producers import outbox\n"
        "when = 1_600_000_000_000\n"
        "made = events.Search(id='s', shopper='c1', ts=when, source='shop', query='x')\n"
        "began = time.monotonic(); outbox.enqueue(made); print(time.monotonic() - began)\n"
    )
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    changed = {"REDIS_URL": nowhere, "CELERY_BROKER_URL": nowhere, "DATABASE_URL": database_url()}
    took = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **changed},
        capture_output=True,
        check=True,
        timeout=180,
    ).stdout
    assert float(took) < 5
    assert OutboxEvent.objects.count() == 1
