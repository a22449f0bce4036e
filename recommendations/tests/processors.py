"""What the contract of processors and of the consumer runtime needs of each processor."""

from collections.abc import Callable

import pytest

from catalog.tests.factories import make_article
from recommendations.attribution.models import Interaction
from recommendations.attribution.processor import AttributionProcessor
from recommendations.attribution.rec_id import make
from recommendations.serving import servings
from streaming import clock
from streaming.consumer.processor import Processor
from streaming.events.actions import Action
from streaming.events.schema import Click, Event
from streaming.features import store
from streaming.features.processor import FeatureProcessor
from streaming.tests.running import send
from streaming.tests.traffic import START

Seen = Callable[[], int]
SHOPPERS = [f"c{number}" for number in range(1, 13)]


def clicks_in_features() -> int:
    states = (store.snapshot(shopper).state for shopper in SHOPPERS)
    return sum(state.counts.get(Action.CLICK, 0) for state in states)


def clicks_in_attribution() -> int:
    return Interaction.objects.count()


PROCESSORS: dict[str, tuple[Callable[[], Processor], Seen]] = {
    "features": (FeatureProcessor, clicks_in_features),
    "attribution": (AttributionProcessor, clicks_in_attribution),
}
QUEUES = {"features": "stream", "attribution": "attribution"}


@pytest.fixture(params=PROCESSORS)
def consuming(request: pytest.FixtureRequest, log: str, store: None) -> tuple[Processor, Seen]:
    """A processor, and how many clicks it has taken."""
    clock.set_now(START)
    kind, seen = PROCESSORS[request.param]
    return kind(), seen


@pytest.fixture
def clicked(log: str, store: None) -> list[int]:
    return [make_article().pk for _ in range(10)]


def click(number: int, article: int, **more: object) -> Event:
    answer = make(servings.number("for-you", "live_blend", "v1", None))
    told = {"rec_id": answer, "position": 1, "id": f"k{number}", "shopper": "c1"} | more
    return Click(ts=START + number, source="shop", article=article, **told)  # type: ignore[arg-type]


def send_clicks(articles: list[int], number: int, first: int = 0) -> None:
    """Of all shoppers in turn, and so in all partitions."""
    send(*(
        click(n, articles[n % 10], shopper=SHOPPERS[n % len(SHOPPERS)])
        for n in range(first, first + number)
    ))  # fmt: skip
