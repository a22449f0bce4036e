"""`python -m benchmarks.faults`: break the stream on purpose, and compare what comes of it.

A topic of 200,000 events is worked through once unbroken, then once for each fault, which happens
five times at random moments. The features must be equal byte for byte. With `--kafka` the broker is
a real Apache Kafka, which is then killed too.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.harness import var_dir
from demo import services


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument(
        "--times", type=int, default=5, help="repetitions of each fault (default: 5)"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--kafka", action="store_true", help="run on Apache Kafka")
    parser.add_argument("--only", help="run only faults whose name contains this")
    arguments = parser.parse_args()
    with services.running(var_dir()) as environment:
        os.environ |= environment
        with _stage(kafka=arguments.kafka), tempfile.TemporaryDirectory() as folder:
            return _compare(arguments, Path(folder))


@contextmanager
def _stage(*, kafka: bool) -> Iterator[None]:
    """Sets up services, a database with articles, and a topic."""
    import django

    from demo.services import apache_kafka

    var = var_dir()
    os.environ["DJANGO_SETTINGS_MODULE"] = "storefront.settings"
    os.environ["KAFKA_TOPIC"] = f"faults.{uuid.uuid4().hex[:8]}"
    if kafka:
        os.environ["KAFKA_BOOTSTRAP_SERVERS"] = apache_kafka.up(var)[0]
    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db("", verbosity=0)
        if kafka:
            apache_kafka.down(var)


def _compare(arguments: argparse.Namespace, folder: Path) -> int:
    from streaming.tests import faults
    from streaming.tests.faults import Stage

    _publish(arguments.events)
    dice = random.Random(arguments.seed)
    with Stage(folder / "unbroken", arguments.events, dice) as stage:
        stage.add_worker()
        unbroken = stage.end()
    chosen = dict(faults.FAULTS)
    if arguments.kafka:
        chosen[faults.BROKER] = faults.kill_broker
    table = Table("fault", "times", "seconds", "keys", "different")
    wrong = 0
    for number, (name, fault) in enumerate(chosen.items()):
        if arguments.only and arguments.only not in name:
            continue
        began = time.monotonic()
        with Stage(folder / str(number), arguments.events, dice, _break_broker) as stage:
            broken = faults.run(stage, fault, arguments.times)
        took = f"{time.monotonic() - began:.0f}"
        different = sum(broken.get(key) != unbroken.get(key) for key in {*broken, *unbroken})
        wrong += different
        table.add_row(name, str(arguments.times), took, str(len(unbroken)), str(different))
        print(name, took, len(unbroken), different, flush=True)
    table.title = f"{arguments.events:,} events, seed {arguments.seed}"
    Console().print(table)
    return 1 if wrong else 0


def _publish(number: int) -> None:
    from catalog.tests.factories import make_article
    from streaming.kafka import topics
    from streaming.replay.replay import Publisher
    from streaming.tests.traffic import traffic

    topics.ensure()
    articles = [make_article(product_type=(i, f"Type {i}")).pk for i in range(300)]
    publisher = Publisher()
    publisher.send(traffic(number, articles, shoppers=10_000))
    publisher.settle()


def _break_broker() -> None:
    from demo.services import apache_kafka

    var = Path(os.environ["VAR_DIR"])
    for process in apache_kafka.ApacheKafka(var).processes():
        os.kill(process.pid, signal.SIGKILL)
    time.sleep(1)
    apache_kafka.up(var)


if __name__ == "__main__":
    sys.exit(main())
