"""Events, pages and a shopper's writes while one leader after another is killed by SIGKILL.

Three Kafka brokers (three replicas, two in sync), a Redis Cluster of three masters with a replica
each, and PostgreSQL with a streaming replica. wrk sends events and requests pages as fast as it
gets responses; a browser changes its wishlist, and the features' progress is read, several times
a second. What was killed is started again after a while. At the end every accepted event must be
on the topic once, and the features must be what the log makes of them.
"""

import os
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle, pairwise
from pathlib import Path
from typing import Final

from benchmarks.harness import Result, var_dir
from benchmarks.processes import celery, manage
from benchmarks.serving import wrk
from benchmarks.shop import SETTINGS, prepare, with_full_catalogue
from benchmarks.stream.kafka import KafkaCluster, own_topic
from benchmarks.stream.outage import (
    CLIENTS,
    Answers,
    Fault,
    Span,
    failed,
    flusher,
    kill_in_turn,
    on_topic,
    plot,
    scripts,
    under_load,
    web,
)
from demo import services
from demo.services.ports import free_port

# How long what was killed stays down, and how long all are well between two kills.
SECONDS: Final = 20
EVERY_S: Final = 0.1
# So many take turns at writing: one alone would exceed a shopper's quota.
WRITERS: Final = 6
SHOPPERS: Final = 1_000
MASTER: Final = 0


@dataclass
class Watch:
    """Moments at which a shopper's write failed, and at which the features had moved on."""

    port: int
    failed_writes: list[float] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)

    def __enter__(self) -> "Watch":
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=own) for own in (self._write, self._progress)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _write(self) -> None:
        from catalog.models import Article
        from demo.run.checks.browser import Browser

        browsers = [Browser(f"http://127.0.0.1:{self.port}") for _ in range(WRITERS)]
        article = Article.objects.popular()[0]
        for browser in browsers:
            browser.get(f"/article/{article.article_id}/")
        for browser in cycle(browsers):
            if self.stopping.wait(EVERY_S):
                break
            begun = time.time()
            try:
                status = browser.post("/wishlist/change/", {"article": article.article_id}).status
            except OSError:
                status = 0
            # Its redirect leads back to this address, which takes no GET: 405.
            if status != 405:
                self.failed_writes.append(begun)

    def _progress(self) -> None:
        from django.conf import settings

        from streaming.connection import StoreUnavailable
        from streaming.features import store
        from streaming.kafka import topics

        topic, before = topics.ensure(), 0
        while not self.stopping.wait(EVERY_S):
            try:
                now = sum([*store.positions(topic, settings.KAFKA_PARTITIONS).values()])
            except StoreUnavailable:
                continue
            if now > before:
                self.moved.append(time.time())
            before = now

    def pause(self, span: Span) -> tuple[float, float]:
        """The longest time without progress of the features within the span, and its end."""
        moments = [span.killed, *(at for at in self.moved if span.killed < at < span.end)]
        return max(((b - a, b) for a, b in pairwise(moments)), default=(0.0, span.killed))


def run(size: int | None) -> Result:
    """`size` is how many seconds a leader is down, and all are well between two kills."""
    wrk.require()
    seconds = size or SECONDS
    os.environ |= SETTINGS | {"DEMO": "1"}  # static files need no manifest
    with stage() as (place, faults), own_topic(), celery("stream", name="clusters"):
        port, loads = free_port(8740), scripts(place)
        bootstrap = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
        with flusher(), web(port, bootstrap), under_load(port, loads), Watch(port) as watch:
            spans = kill_in_turn(faults, seconds)
        delivered = on_topic()
        compared = compare(delivered.total())
        # The place, with these files, goes with its stage.
        events, pages = (Answers.read(load.with_suffix(".answers")) for load in loads.values())
    plot("clusters", events, pages, spans)
    figures: dict[str, float] = {
        "events_accepted": len(events.accepted),
        "events_lost": len(events.accepted - delivered.keys()),
        "events_twice_on_topic": sum(count > 1 for count in delivered.values()),
        **compared,
    }
    for name, span in spans.items():
        figures |= {f"{part}_{name}": value for part, value in of_span(span, events, pages, watch)}
    return Result("clusters", {"seconds_away": seconds, **CLIENTS}, figures, {})


def of_span(
    span: Span, events: Answers, pages: Answers, watch: Watch
) -> Iterator[tuple[str, float]]:
    """What failed until the next one's turn, and how many seconds after the kill all was well."""
    begin = int(span.killed)
    pause, last = watch.pause(span)
    yield "features_pause_s", pause
    for load, answers in (("events", events), ("pages", pages)):
        own = {s: of for s, of in answers.by_second.items() if begin <= s < span.end}
        yield f"{load}_answered", sum(of.total() for of in own.values())
        yield f"{load}_failed", sum(failed(of) for of in own.values())
        # A second's end, as responses are counted by the second.
        last = max([last, *(second + 1 for second, of in own.items() if failed(of))])
    writes = [at for at in watch.failed_writes if span.killed <= at < span.end]
    yield "writes_failed", len(writes)
    yield "writes_failed_s", max([0.0, *(at - span.killed for at in writes)])
    yield "well_after_s", max([last, *writes]) - span.killed


# --- the clusters ---------------------------------------------------------------------------------


@contextmanager
def stage() -> Iterator[tuple[Path, dict[str, Fault]]]:
    """A shop on the clusters, in a folder of its own, and how their leaders are killed."""
    from storefront.tests import replica
    from streaming.tests.cluster import Cluster

    with ExitStack() as stack:
        var_dir().mkdir(parents=True, exist_ok=True)
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=var_dir())))
        place.chmod(0o755)
        os.environ |= stack.enter_context(services.running(place, ["redis"]))
        primary = stack.enter_context(replica.primary(place, durable=True))
        standby = stack.enter_context(replica.standby(place, primary, durable=True))
        (place / "cluster").mkdir()
        redis = stack.enter_context(Cluster(place / "cluster", replicas=True))
        kafka = stack.enter_context(KafkaCluster(place / "kafka"))
        os.environ |= {
            "VAR_DIR": str(place),
            "DATABASE_URL": primary.url,
            "DATABASE_REPLICA_URL": standby.url,
            "FEATURES_CLUSTER_URL": redis.url,
            "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap,
        }
        prepare(place, place / "data", with_full_catalogue(0.02), trained=False)
        manage("train_recommendations", "--quick")
        import django

        django.setup()
        yield (
            place,
            {
                "kafka_leader": of_kafka(kafka),
                "redis_master": Fault(lambda: redis.kill(MASTER), lambda: redis.start(MASTER)),
                "postgresql_replica": Fault(standby.kill, standby.start),
                "postgresql_primary": Fault(primary.kill, primary.start),
            },
        )


def of_kafka(cluster: KafkaCluster) -> Fault:
    """The broker that leads most partitions of the topic, chosen when it is killed."""
    chosen: list[int] = []

    def kill() -> None:
        from django.conf import settings

        from streaming.kafka import topics

        topic = topics.admin().list_topics(settings.KAFKA_TOPIC, timeout=10).topics
        leaders = Counter(own.leader for own in topic[settings.KAFKA_TOPIC].partitions.values())
        chosen.append(leaders.most_common(1)[0][0])
        cluster.kill(chosen[-1])

    return Fault(kill, lambda: cluster.start(chosen[-1]))


# --- results --------------------------------------------------------------------------------------


def compare(events: int) -> dict[str, float]:
    """Of some shoppers, once all events are worked on: how many have other features than the log
    makes of them, and how many events they count more than they have."""
    from django.db import close_old_connections

    from streaming import connection
    from streaming.features import store, verify
    from streaming.kafka import topics
    from streaming.tests.progress import finish

    close_old_connections()  # those of the primary that was killed
    finish(connection.client(), events)
    asked = store.shoppers(SHOPPERS)
    positions, online = store.stored(topics.ensure(), asked)
    found = verify.differences(online, verify.from_log(asked, positions))
    return {
        "shoppers_compared": len(asked),
        "shoppers_with_wrong_features": len({difference.shopper for difference in found}),
        "events_counted_twice": counted_twice(online),
    }


def counted_twice(online: Mapping[str, bytes | None]) -> int:
    """How many events the states count more than have an id of their own on the topic."""
    from django.conf import settings

    from streaming.events.schema import decode, key_of
    from streaming.features.state import unpack
    from streaming.tests.kafka import everything

    ids: dict[str, set[str]] = {shopper: set() for shopper in online}
    for event in map(decode, everything(settings.KAFKA_TOPIC)):
        if (own := ids.get(key_of(event))) is not None:
            own.add(event.id)
    counted = {shopper: sum(unpack(packed).counts) for shopper, packed in online.items()}
    return sum(max(0, counted[shopper] - len(own)) for shopper, own in ids.items())
