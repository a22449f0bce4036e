"""The stream on a real Redis Cluster: a worker writes it, readers read it, all as on one Redis."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import LazySettings

from catalog.tests.factories import make_article
from streaming import clock, connection, keys, status
from streaming.features import store
from streaming.replay.replay import Publisher
from streaming.tests.cluster import MASTERS, Cluster
from streaming.tests.progress import done, features, finish
from streaming.tests.servers import Valkey, Worker, eventually
from streaming.tests.traffic import START, traffic

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
EVENTS = 3000
LOAD = 30_000


@contextmanager
def used(cluster: Cluster, settings: LazySettings) -> Iterator[Cluster]:
    with cluster:
        settings.FEATURES_CLUSTER_URL = cluster.url
        connection.reset()
        yield cluster
    settings.FEATURES_CLUSTER_URL = ""
    connection.reset()
    clock.reset()


@pytest.fixture
def cluster(tmp_path: Path, settings: LazySettings) -> Iterator[Cluster]:
    with used(Cluster(tmp_path), settings) as cluster:
        yield cluster


@pytest.fixture
def replicated(tmp_path: Path, settings: LazySettings) -> Iterator[Cluster]:
    with used(Cluster(tmp_path, replicas=True), settings) as cluster:
        yield cluster


def test_a_worker_keeps_its_features_in_a_cluster(
    log: str, cluster: Cluster, tmp_path: Path
) -> None:
    articles = [make_article(product_type=(i, f"Type {i}")).pk for i in range(20)]
    publisher = Publisher()
    publisher.send(traffic(EVENTS, articles, shoppers=60))
    publisher.settle()
    client = connection.client()
    clock.set_now(START + EVENTS * 20_000)
    with Worker(tmp_path / "worker.log") as worker:
        finish(client, EVENTS)
        eventually(lambda: bool(store.trending(None, 5)), "merged trends")
        assert [told.lag for told in status.workers()] == [0]
        worker.stop()
    counts = [node.dbsize() for node in cluster.nodes]
    assert all(counts)
    found_keys, used = connection.sizes()
    assert found_keys == pytest.approx(sum(counts), abs=3)
    assert used > 3_000_000
    alive = (one for one in store.shoppers(60) if store.snapshot(one).state.last_seen)
    somebody = next(alive)  # an erased shopper has no features
    found = store.snapshot(somebody, articles=articles[:5])
    assert found.articles[articles[0]].views
    with Valkey(tmp_path) as valkey, Worker(tmp_path / "single.log", valkey.url):
        finish(valkey.client, EVENTS)
        assert features(client) == features(valkey.client)
    assert client.get(keys.state(somebody))


@pytest.mark.parametrize("lag_s", [0.0, 1.5], ids=["replica up to date", "replica lacks 1.5 s"])
def test_a_master_that_dies_under_load_loses_and_doubles_nothing(
    log: str, replicated: Cluster, tmp_path: Path, lag_s: float
) -> None:
    """Its replica takes over: with states and positions of the same moment, however late."""
    articles = [make_article(product_type=(i, f"Type {i}")).pk for i in range(20)]
    publisher, events = Publisher(), traffic(LOAD, articles, shoppers=400)
    clock.set_now(START + LOAD * 20_000)
    with Worker(tmp_path / "worker.log") as worker:
        publisher.send(events[: LOAD // 2])
        publisher.settle()
        eventually(lambda: done(connection.client()) > LOAD // 10, "a tenth of the events")
        replicated.send_signal(MASTERS, signal.SIGSTOP)
        publisher.send(events[LOAD // 2 :])
        time.sleep(lag_s)
        replicated.kill(0)
        replicated.send_signal(MASTERS, signal.SIGCONT)
        publisher.settle()
        eventually(lambda: replicated.takes_over(MASTERS), "the replica's turn")
        replicated.start(0)
        eventually(lambda: replicated.is_whole(), "a whole cluster")
        finish(connection.client(), LOAD)
        worker.stop()
    with Valkey(tmp_path) as valkey, Worker(tmp_path / "single.log", valkey.url):
        finish(valkey.client, LOAD)
        assert features(connection.client()) == features(valkey.client)
