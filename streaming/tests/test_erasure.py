"""An erased shopper stays erased, whatever is sent or read again."""

import time
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction

from catalog.tests.factories import make_article, make_customer, make_transaction
from streaming import clock, connection, history
from streaming.erasure import features
from streaming.events.actions import Action
from streaming.events.schema import Erase, Identify, View
from streaming.features import store
from streaming.features.reducer.handover import hand_over
from streaming.features.state import State, pack
from streaming.models import OutboxEvent
from streaming.replay.replay import Publisher
from streaming.tests.progress import finish
from streaming.tests.servers import Worker, eventually
from streaming.tests.traffic import START, learn

ANONYMOUS = "a" + "1" * 32


def view(name: str, shopper: str = "c1", article: int = 1) -> View:
    return View(id=name, shopper=shopper, ts=START, source="shop", article=article)


def test_nothing_changes_an_erased_state() -> None:
    state = State()
    learn(state, view("v1"))
    assert learn(state, Erase(id="e", shopper="c1", ts=START, source="shop"))
    erased = pack(state)
    assert erased == pack(State(erased=True))
    assert not learn(state, view("v2"))
    identify = Identify(id="i", shopper="c1", ts=START, source="shop", anonymous=ANONYMOUS)
    assert hand_over(state, identify) is None
    visitor = State()
    learn(visitor, view("v3", ANONYMOUS))
    merge = hand_over(visitor, identify)
    assert merge is not None
    assert not learn(state, merge)
    assert pack(state) == erased


@pytest.mark.django_db(transaction=True)
def test_an_erased_customers_history_is_told_no_more(log: str, store: None) -> None:
    kept, gone = make_customer(), make_customer()
    for customer in (kept, gone):
        make_transaction(article=make_article(), customer=customer, t_dat=date(2020, 9, 1))
    bury(f"c{gone.pk}")
    bury(f"c{gone.pk}")
    assert OutboxEvent.objects.count() == 1
    (lines,) = history.of_database(date(2020, 9, 1), date(2020, 9, 1))
    assert lines.customer.tolist() == [kept.pk]


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_neither_later_events_nor_reading_the_log_again_raise_the_dead(
    log: str, store: None, tmp_path: Path
) -> None:
    article, publisher, client = make_article().pk, Publisher(), connection.client()
    with Worker(tmp_path / "worker.log") as worker:
        publisher.send([view("v1", article=article), view("v2", "c2", article)])
        publisher.settle()
        finish(client, 2)
        bury("c1")
        OutboxEvent.objects.all().delete()  # not even the Erase reaches the log
        time.sleep(1.5)  # a worker asks who was erased once a second
        features.erase_features("c1")
        publisher.send([view("v3", article=article)])
        publisher.settle()
        finish(client, 3)
        assert _views() == (0, 1)
        client.flushdb()
        eventually(lambda: _views() == (0, 1), "the log read again")
        finish(client, 3)
        assert _views() == (0, 1)
        assert worker.process.poll() is None


def bury(shopper: str) -> None:
    with transaction.atomic():
        features.add_tombstone(shopper)


def _views() -> tuple[int, int]:
    clock.stored_offset()
    found = (store.snapshot(shopper).state.counts.get(Action.VIEW, 0) for shopper in ("c1", "c2"))
    one, two = found
    return one, two
