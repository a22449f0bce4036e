"""The stream on a real Redis Cluster: a worker writes it, readers read it, all as on one Redis."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from catalog.tests.factories import make_article
from streaming import clock, connection, keys, status
from streaming.features import store
from streaming.replay.replay import Publisher
from streaming.tests.cluster import Cluster
from streaming.tests.progress import features, finish
from streaming.tests.servers import Valkey, Worker, eventually
from streaming.tests.traffic import START, traffic

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
EVENTS = 3000


@pytest.fixture
def cluster(tmp_path: Path, settings: LazySettings) -> Iterator[Cluster]:
    with Cluster(tmp_path) as cluster:
        settings.FEATURES_CLUSTER_URL = cluster.url
        connection.reset()
        yield cluster
    settings.FEATURES_CLUSTER_URL = ""
    connection.reset()
    clock.reset()


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
