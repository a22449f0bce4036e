"""`python -m benchmarks.faults`: break the stream on purpose, and compare what comes of it.

A topic of 200,000 events is worked through once unbroken, then once for each fault, which happens
five times at random moments. The features must be equal byte for byte. With `--kafka` the broker is
a real Apache Kafka, which is then killed too; with `--brokers 3` there are three of them, of which
one is killed, also while the events are published.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.harness import var_dir
from benchmarks.stream.kafka import BROKERS, KafkaCluster, kill
from demo import services
from demo.services import apache_kafka

Break = Callable[[], None]
# A broker is down for so long; the events are published over a longer time.
OUTAGE_S: Final = 8.0
CHUNK: Final = 2_000
CHUNK_S: Final = 0.2


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument(
        "--times", type=int, default=5, help="repetitions of each fault (default: 5)"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--kafka", action="store_true", help="run on Apache Kafka")
    parser.add_argument("--brokers", type=int, choices=(1, 3), default=1, help="of Apache Kafka")
    parser.add_argument("--only", help="run only faults whose name contains this")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stops what was started
    with services.running(var_dir()) as environment, tempfile.TemporaryDirectory() as folder:
        os.environ |= environment
        with _stage(arguments, Path(folder)) as break_broker:
            return _compare(arguments, Path(folder), break_broker)


@contextmanager
def _stage(arguments: argparse.Namespace, folder: Path) -> Iterator[Break]:
    """Sets up services, a database with articles, and a topic; how to break the broker."""
    import django

    var = var_dir()
    os.environ["DJANGO_SETTINGS_MODULE"] = "storefront.settings"
    os.environ["KAFKA_TOPIC"] = f"faults.{uuid.uuid4().hex[:8]}"
    with _broker(arguments, var, folder) as break_broker:
        django.setup()
        from django.db import connection

        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield break_broker
        finally:
            connection.creation.destroy_test_db("", verbosity=0)


@contextmanager
def _broker(arguments: argparse.Namespace, var: Path, folder: Path) -> Iterator[Break]:
    if arguments.brokers > 1:
        dice = random.Random(arguments.seed)
        with KafkaCluster(folder / "kafka") as cluster:
            os.environ["KAFKA_BOOTSTRAP_SERVERS"] = cluster.bootstrap
            yield lambda: _restart(cluster, dice.randrange(BROKERS) + 1)
    elif arguments.kafka:
        with apache_kafka.running(var) as url:
            os.environ["KAFKA_BOOTSTRAP_SERVERS"] = url
            yield lambda: _break_broker(var)
    else:
        yield lambda: None


def _restart(cluster: KafkaCluster, node: int) -> None:
    cluster.kill(node)
    time.sleep(OUTAGE_S)
    cluster.start(node)


def _compare(arguments: argparse.Namespace, folder: Path, break_broker: Break) -> int:
    from streaming.tests import faults
    from streaming.tests.faults import Stage

    wrong = _publish(arguments.events, break_broker if arguments.brokers > 1 else None)
    dice = random.Random(arguments.seed)
    with Stage(folder / "unbroken", arguments.events, dice) as stage:
        stage.add_worker()
        unbroken = stage.end()
    chosen = dict(faults.FAULTS)
    if arguments.kafka or arguments.brokers > 1:
        chosen[faults.LONG_FROZEN] = faults.freeze_for_a_minute
        chosen[faults.BROKER if arguments.brokers == 1 else faults.ONE_BROKER] = faults.kill_broker
    table = Table("fault", "times", "seconds", "keys", "different")
    for number, (name, fault) in enumerate(chosen.items()):
        if arguments.only and arguments.only not in name:
            continue
        began = time.monotonic()
        with Stage(folder / str(number), arguments.events, dice, break_broker) as stage:
            broken = faults.run(stage, fault, arguments.times)
        took = f"{time.monotonic() - began:.0f}"
        different = sum(broken.get(key) != unbroken.get(key) for key in {*broken, *unbroken})
        wrong += different
        table.add_row(name, str(arguments.times), took, str(len(unbroken)), str(different))
        print(name, took, len(unbroken), different, flush=True)
    table.title = f"{arguments.events:,} events, seed {arguments.seed}"
    Console().print(table)
    return 1 if wrong else 0


def _publish(number: int, break_broker: Break | None) -> int:
    """Fill the topic, breaking a broker meanwhile if asked; how many events are lost or twice."""
    from catalog.tests.factories import make_article
    from streaming.events.schema import decode
    from streaming.kafka import topics
    from streaming.replay.replay import Publisher
    from streaming.tests.kafka import everything
    from streaming.tests.traffic import traffic

    topics.ensure()
    articles = [make_article(product_type=(i, f"Type {i}")).pk for i in range(300)]
    made = traffic(number, articles, shoppers=10_000)
    if break_broker:
        breaking = threading.Thread(target=break_broker)
        breaking.start()
    publisher = Publisher()
    for begin in range(0, number, CHUNK):
        publisher.send(made[begin : begin + CHUNK])
        if break_broker:
            time.sleep(CHUNK_S)
    publisher.settle()
    if not break_broker:
        return 0
    breaking.join()
    found = Counter(decode(value).id for value in everything(os.environ["KAFKA_TOPIC"]))
    lost = sum(event.id not in found for event in made)
    twice = sum(times - 1 for times in found.values())
    print(f"published while a broker died: {lost} lost, {twice} twice of {number}", flush=True)
    return lost + twice


def _break_broker(var: Path) -> None:
    kill(apache_kafka.ApacheKafka(var))
    time.sleep(1)
    apache_kafka.up(var)


if __name__ == "__main__":
    sys.exit(main())
