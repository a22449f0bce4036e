"""The demo's self-check: what a shopper, an API client and an operator would try first.

Each check is a separate shopper with articles that no other check has touched, so that it only sees
the effects of its own actions. Checks about events follow their own event by its id.
"""

from collections.abc import Callable

import redis
from confluent_kafka import KafkaException
from django.db import DatabaseError, close_old_connections
from rich.console import Console
from rich.markup import escape

from demo.run.checks import learning, serving, shopping
from demo.run.checks.shopper import Shop
from demo.run.checks.waiting import CheckError

CHECKS: dict[str, Callable[[Shop], str]] = {
    "services, model and workers are ready": serving.everything_is_ready,
    "the pages open": serving.pages_open,
    "pictures are served": serving.pictures_are_served,
    "a view changes “recently viewed”": shopping.a_view_is_remembered,
    "a view changes “for you”": shopping.for_you_follows,
    "an order changes “trending”": shopping.an_order_changes_what_trends,
    "the API answers": serving.the_api_answers,
    "history replays through Kafka": learning.history_replays,
    "the full model is live": learning.the_full_model_is_live,
}
# Errors a check may run into, besides failed expectations.
FAILURES = (
    CheckError, OSError, KafkaException, redis.RedisError, DatabaseError, ValueError, KeyError,
)  # fmt: skip


def run_checks(shop: Shop) -> int:
    """Run every check, print a line for each, and return the number of failures."""
    console = Console(soft_wrap=True, highlight=False)
    failures = 0
    try:
        for name, check in CHECKS.items():
            close_old_connections()
            try:
                seen = check(shop)
            except FAILURES as error:
                failures += 1
                why = escape(str(error) or type(error).__name__)
                console.print(f"[red]✗[/] {name}: {why}")
            else:
                console.print(f"[green]✓[/] {name} ({escape(seen)})")
    finally:
        shop.log.close()
    return failures
