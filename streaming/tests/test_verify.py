"""What the store must hold, by the log and by history, beside what a real worker wrote."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from catalog.tests.factories import make_article, make_customer, make_transaction
from streaming import clock, connection, keys
from streaming.features import store, verify
from streaming.features.state import State, pack, unpack
from streaming.identity.shoppers import customer_shopper
from streaming.kafka import topics
from streaming.management.commands.describe_features import page
from streaming.replay.replay import Publisher
from streaming.tests.progress import done, finish
from streaming.tests.servers import Worker, eventually
from streaming.tests.traffic import traffic

DAYS = [date(2020, 8, 30), date(2020, 8, 31), date(2020, 9, 1), date(2020, 9, 2)]


def test_the_page_about_the_features_is_current() -> None:
    there = (Path(settings.BASE_DIR) / "docs" / "features.md").read_text()
    assert there == page(), "run manage.py describe_features"


def test_what_differs_is_named() -> None:
    right, wrong = State(last_ms=5, bag=[1]), State(last_ms=5, bag=[2])
    found = verify.differences({"c1": pack(wrong), "c2": None}, {"c1": pack(right), "c2": None})
    assert found == [("c1", "bag", [2], [1])]


@pytest.fixture
def customers(log: str, store: None) -> list[int]:
    """Twenty customers who bought on four days around the end of a month."""
    articles = [make_article(product_type=(i, f"Type {i}")) for i in range(12)]
    buyers = [make_customer() for _ in range(20)]
    for n, day in enumerate(DAYS):
        for i, buyer in enumerate(buyers):
            for unit in range(3):
                article = articles[(7 * n + i * (unit + 1)) % 12]
                make_transaction(article=article, customer=buyer, t_dat=day)
    return [buyer.pk for buyer in buyers]


@pytest.mark.django_db(transaction=True)
def test_history_gives_the_features_that_its_replay_gave_and_a_wrong_one_is_found(
    customers: list[int], tmp_path: Path
) -> None:
    call_command("replay_transactions", f"--from={DAYS[0]}", "--browse", "--max")
    client = connection.client()
    with Worker(tmp_path / "worker.log"):
        eventually(lambda: done(client) >= 20 * 12 * 2, "the replay's features")
        finish(client, done(client))
    call_command("verify_features")
    call_command("verify_features", f"--from={DAYS[0]}", "--browse")
    with pytest.raises(CommandError, match="20 of 20"):
        call_command("verify_features", f"--from={DAYS[0]}")
    shopper = customer_shopper(customers[3])
    state = unpack(client.get(keys.state(shopper)))  # type: ignore[arg-type]
    state.counts[3] += 1
    client.set(keys.state(shopper), pack(state))
    with pytest.raises(CommandError, match="1 of 20"):
        call_command("verify_features")


@pytest.mark.django_db(transaction=True)
def test_the_log_gives_the_features_that_the_worker_wrote_merges_and_all(
    customers: list[int], tmp_path: Path
) -> None:
    publisher, client = Publisher(), connection.client()
    events = traffic(4000, list(range(1, 30)), shoppers=60)
    clock.reach(events[-1].ts)
    publisher.send(events)
    publisher.settle()
    with Worker(tmp_path / "worker.log"):
        finish(client, 4000)
    asked = store.shoppers(1000)
    fences, online = store.stored(topics.ensure(), asked)
    assert len(asked) > 60
    assert sum(fences.values()) > 4000  # the merges came back
    assert verify.differences(online, verify.from_log(asked, fences)) == []
