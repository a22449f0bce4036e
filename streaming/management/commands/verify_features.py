from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from confluent_kafka import KafkaException
from django.core.management.base import BaseCommand, CommandError

from streaming import history
from streaming.connection import StoreUnavailable
from streaming.features import store, verify
from streaming.features.verify import Difference, LogError
from streaming.identity.tombstones import tombstones
from streaming.kafka import topics
from web.arguments import day, positive_whole

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Compute features again and compare them with the feature store: from the log up to where "
        "the store stands; or with --from from the history in PostgreSQL (right where customers "
        "did nothing but what a replay of these days published). "
        "Differences are listed and make it fail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--shoppers",
            type=positive_whole,
            default=10_000,
            help="maximum number of shoppers (default: 10000)",
        )
        parser.add_argument("--from", dest="first", type=day, help="the replay's first day")
        parser.add_argument("--to", dest="last", type=day, help="its last day, inclusive")
        parser.add_argument("--browse", action="store_true", help="the replay ran with --browse")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            topic_id = topics.ensure()
            asked = store.shoppers(options["shoppers"])
            asked = [shopper for shopper in asked if not tombstones.hold(shopper)]
            if options["first"]:
                asked = [shopper for shopper in asked if shopper.startswith("c")]
            found = _found(asked, topic_id, options)
        except (KafkaException, StoreUnavailable, LogError) as error:
            raise CommandError(f"The features can't be verified: {error}") from error
        self._report(len(asked), found)

    def _report(self, asked: int, found: list[Difference]) -> None:
        for shopper, name, theirs, ours in found[:SHOWN]:
            self.stdout.write(f"{shopper} {name}: the store has {theirs!r}, right is {ours!r}")
        wrong = len({shopper for shopper, *_ in found})
        if wrong:
            raise CommandError(f"{wrong} of {asked} shoppers have wrong features.")
        self.stdout.write(f"{asked} shoppers verified: no difference.")


def _found(asked: list[str], topic_id: str, options: dict[str, Any]) -> list[Difference]:
    positions, online = store.stored(topic_id, asked)
    if not options["first"]:
        return verify.differences(online, verify.from_log(asked, positions))
    known = history.bounds()
    if known is None:
        raise CommandError("There is no history: run ingest_hm first.")
    end = history.start_of((options["last"] or known[1]) + timedelta(days=1))
    customers = [int(shopper[1:]) for shopper in asked]
    computed = verify.from_history(customers, options["first"], end, browse=options["browse"])
    return verify.differences(online, computed)
