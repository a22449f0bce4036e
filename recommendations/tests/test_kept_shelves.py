"""A shelf for the shopper is kept while nothing happens; whatever it follows from moves it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from recommendations.bundle import registry
from recommendations.ranking import goods
from recommendations.recommenders import for_you
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.request_context import STEP_MS
from recommendations.recommenders.shelf import Shelf
from recommendations.serving.serving import recommend
from recommendations.tests.shops import Lived, Shop, articles_on, train
from streaming import clock, keys
from streaming.connection import client
from streaming.features import dislikes
from streaming.tests.servers import eventually
from web.json_types import Json

pytestmark = pytest.mark.django_db
MINUTE = 60_000


class ComputedError(Exception):
    """The shelf was not kept."""


def refuse(*_: object) -> None:
    raise ComputedError


@pytest.fixture
def shopper(trained: Shop, lived: Lived, monkeypatch: pytest.MonkeyPatch) -> str:
    """Somebody whose shelf was just computed, while the clock stands still."""
    wall = clock.wall_ms()
    monkeypatch.setattr(clock, "wall_ms", lambda: wall)
    monkeypatch.setattr(goods, "data_version", lambda: "1")
    return lived([(trained["dress"][0].pk, "view", 40 * MINUTE)])


def shelf(shopper: str, **asked: Any) -> Shelf:
    return recommend(Kind.FOR_YOU, shopper=shopper, k=6, **asked)


def live_on(shopper: str, other: str) -> None:
    """As if the shopper had done what another one has done."""
    state = client().get(keys.state(other))
    assert isinstance(state, bytes)
    client().set(keys.state(shopper), state, ex=60)


def test_who_asks_again_gets_the_same_shelf_under_another_id(
    shopper: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = shelf(shopper)
    monkeypatch.setattr(for_you, "inspiring_shelf", refuse)
    again = shelf(shopper)
    assert again.items == first.items
    assert (again.strategy, again.reason) == (first.strategy, first.reason)
    assert again.rec_id != first.rec_id, "an impression belongs to one answer"
    assert again.feature_age_ms is not None


def viewed(shopper: str, trained: Shop, lived: Lived, _: pytest.MonkeyPatch) -> Json:
    seen = [(trained["shirt"][1].pk, "view", MINUTE)]
    live_on(shopper, lived([*seen, (trained["dress"][0].pk, "view", 40 * MINUTE)]))
    return {}


def bagged(shopper: str, trained: Shop, lived: Lived, _: pytest.MonkeyPatch) -> Json:
    bag = [trained["shirt"][1].pk]
    live_on(shopper, lived([(trained["dress"][0].pk, "view", 40 * MINUTE)], bag=bag))
    return {}


def disliked(shopper: str, trained: Shop, *_: object) -> Json:
    dislikes.add(shopper, trained["dress"][1].pk)
    return {}


def on_page(_: str, trained: Shop, *__: object) -> Json:
    return {"beside": (trained["dress"][1].pk,)}


def of_audience(*_: object) -> Json:
    return {"index_group": 1}


def retrained(*_: object) -> Json:
    version = train(datetime(2020, 9, 21, 1, tzinfo=UTC)).version
    eventually(lambda: serves(version), "the new model")
    return {}


def serves(version: str) -> bool:
    bundle = registry.active()
    return bundle is not None and bundle.version == version


def ingested(_: str, __: Shop, ___: Lived, monkeypatch: pytest.MonkeyPatch) -> Json:
    monkeypatch.setattr(goods, "data_version", lambda: "2")
    return {}


def aged(_: str, __: Shop, ___: Lived, monkeypatch: pytest.MonkeyPatch) -> Json:
    later = clock.wall_ms() + STEP_MS
    monkeypatch.setattr(clock, "wall_ms", lambda: later)
    return {}


Change = Callable[[str, Shop, Lived, pytest.MonkeyPatch], Json]
CHANGES = [viewed, bagged, disliked, on_page, of_audience, retrained, ingested, aged]


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_shelf_follows_from_moves_it(
    change: Change, shopper: str, trained: Shop, lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(shopper)
    asked = change(shopper, trained, lived, monkeypatch)
    monkeypatch.setattr(for_you, "inspiring_shelf", refuse)
    with pytest.raises(ComputedError):
        shelf(shopper, **asked)


def test_the_ranking_is_shared_while_bag_and_dislikes_still_filter(
    shopper: str, trained: Shop, lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = articles_on(shelf(shopper))
    monkeypatch.setattr("recommendations.ranking.inspiring.generate", refuse)
    dislikes.add(shopper, before[0])
    bag = [(trained["dress"][0].pk, "view", 40 * MINUTE)]
    live_on(shopper, lived(bag, bag=before[1:2]))
    assert not set(before[:2]) & set(articles_on(shelf(shopper)))
