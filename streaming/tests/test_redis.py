"""A Redis that is full, can't save, is replaced by an older copy, or holds what nobody wrote: the
stream waits or starts over, files nothing, and counts nothing twice."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from catalog.tests.factories import make_article
from streaming import clock, connection, dead_letters, keys, partitions
from streaming.events.actions import Action
from streaming.events.schema import Event, View
from streaming.events.spans import DAY_MS
from streaming.features import sampling, store
from streaming.tests.progress import features
from streaming.tests.running import Running, running, send
from streaming.tests.servers import Valkey, eventually
from streaming.tests.traffic import START

pytestmark = pytest.mark.django_db(transaction=True)

ARTICLE = 900_000_001


@pytest.fixture
def valkey(
    tmp_path_factory: pytest.TempPathFactory, log: str, store: None, settings: LazySettings
) -> Iterator[Valkey]:
    with Valkey(tmp_path_factory.mktemp("valkey")) as made:
        settings.REDIS_URL = made.url
        connection.reset()
        clock.set_now(START + DAY_MS)
        make_article(ARTICLE)  # before any worker loads the articles
        yield made
    settings.REDIS_URL = settings.CELERY_BROKER_URL
    connection.reset()
    partitions.reset()


def views(number: int, first: int = 0) -> list[Event]:
    return [
        View(id=f"{n}", shopper=f"c{1 + n % 7}", ts=START + n * 1000, source="api", article=ARTICLE)
        for n in range(first, first + number)
    ]


def counted(shopper: str) -> int:
    return store.snapshot(shopper).state.counts.get(Action.VIEW, 0)


def counted_of_all() -> int:
    return sum(counted(f"c{n}") for n in range(1, 8))


def waits(worker: Running, word: str) -> None:
    eventually(lambda: word in worker.runtime.metrics.reason, word)


def fill(valkey: Valkey) -> Callable[[], object]:
    valkey.client.config_set("maxmemory", "1mb")
    return partial(valkey.client.config_set, "maxmemory", "0")


def lose_the_disk(valkey: Valkey) -> Callable[[], None]:
    """Its folder is gone, so that it can't save, and says so to whoever writes."""
    valkey.client.config_set("appendonly", "no")
    valkey.client.config_set("save", "3600 1")
    shutil.rmtree(valkey.folder)
    valkey.client.bgsave()
    eventually(
        lambda: valkey.client.info("persistence")["rdb_last_bgsave_status"] == "err", "a failure"
    )

    def mend() -> None:
        valkey.folder.mkdir()
        valkey.client.config_set("save", "")

    return mend


def lose_its_replicas(valkey: Valkey) -> Callable[[], object]:
    valkey.client.config_set("min-replicas-to-write", "1")
    return partial(valkey.client.config_set, "min-replicas-to-write", "0")


@pytest.mark.parametrize(
    ("trouble", "word"),
    [(fill, "maxmemory"), (lose_the_disk, "MISCONF"), (lose_its_replicas, "NOREPLICAS")],
)
def test_a_redis_that_takes_no_writes_is_waited_for(
    trouble: Callable[[Valkey], Callable[[], object]], word: str, valkey: Valkey
) -> None:
    with running() as worker:
        send(*views(20))
        worker.catch_up()
        mend = trouble(valkey)
        send(*views(20, first=20))
        waits(worker, word)
        mend()
        worker.catch_up()
    assert worker.error is None
    assert list(dead_letters.dead_letters()) == []
    assert counted_of_all() == 40


@pytest.mark.parametrize("loss", ["an older copy", "a file that is cut"])
def test_a_redis_that_comes_back_with_less_is_made_whole(loss: str, valkey: Valkey) -> None:
    with running() as worker:
        send(*views(200))
        worker.catch_up()
        older = valkey.folder.with_name(f"{valkey.folder.name}-older")
        shutil.copytree(valkey.folder, older)
        send(*views(200, first=200))
        worker.catch_up()
        whole = features(valkey.client)
        valkey.kill()
        if loss == "an older copy":
            shutil.rmtree(valkey.folder)
            shutil.copytree(older, valkey.folder)
        else:
            (file,) = valkey.folder.glob("appendonlydir/*.incr.aof")
            os.truncate(file, file.stat().st_size * 2 // 3)
        valkey.start()
        eventually(lambda: features(valkey.client) == whole, "what was lost")
    assert counted_of_all() == 400


def test_what_nobody_of_ours_wrote_into_redis_is_told_and_costs_one_shopper(
    valkey: Valkey,
) -> None:
    of, others = partitions.home_of("c1"), [f"c{n}" for n in range(2, 8)]
    send(*views(70))
    with running() as worker:
        worker.catch_up()
        position = next(valkey.client.scan_iter(f"{{p{of}}}:fence:*"))
        for key in (keys.state("c1"), position):
            valkey.client.set(key, b"garbage")
        send(*views(70, first=70))
        worker.catch_up()
        assert [counted(shopper) for shopper in others] == [20] * 6
        with pytest.raises(connection.StoreUnavailable, match="can't be read"):
            store.snapshot("c1")
        assert any("c1 state" in line for line in sampling.verify(100).differences)
        valkey.client.delete(keys.state("c1"))
        numbers = {number for number, _ in dead_letters.dead_letters()}
        call_command("stream_positions", "reread", str(of))
        call_command("dead_letters", "replay", *map(str, numbers))
        eventually(lambda: counted("c1") == 20, "c1's views")
        assert [counted(shopper) for shopper in others] == [20] * 6
