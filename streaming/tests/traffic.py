"""A shop's events, made up: the same ones for the same seed."""

import random
from collections.abc import Sequence

from streaming.events import schema
from streaming.events.schema import Event
from streaming.features import reducer
from streaming.features.state import Attributes, State

START = 1_600_000_000_000  # September 2020
LATE, LATEST_MS = 0.05, 2 * 3_600_000
Kind = type[schema.View | schema.Click | schema.BagAdd | schema.BagRemove]
KINDS: list[Kind] = [schema.View, schema.View, schema.Click, schema.BagAdd, schema.BagRemove]


def traffic(
    number: int, articles: Sequence[int], shoppers: int = 400, seed: int = 1
) -> list[Event]:
    """Views, bags, purchases and searches, some of them late; now and then somebody is recognised,
    starts afresh or is erased."""
    dice = random.Random(seed)
    anonymous = [f"a{dice.getrandbits(128):032x}" for _ in range(shoppers // 4)]
    everybody = [*(f"c{1 + i}" for i in range(shoppers)), *anonymous]
    ts, made = START, []
    for i in range(number):
        ts += dice.randrange(40_000)
        late_ms = dice.randrange(LATEST_MS) if dice.random() < LATE else 0
        made.append(_event(dice, f"e{seed}-{i}", ts - late_ms, everybody, anonymous, articles))
    return made


def _event(
    dice: random.Random,
    name: str,
    ts: int,
    everybody: Sequence[str],
    anonymous: Sequence[str],
    articles: Sequence[int],
) -> Event:
    shopper, article, luck = dice.choice(everybody), dice.choice(articles), dice.random()
    if luck < 0.005:
        customer = f"c{1 + dice.randrange(len(everybody) - len(anonymous))}"
        return schema.Identify(
            id=name, shopper=customer, ts=ts, source="shop", anonymous=dice.choice(anonymous)
        )
    if luck < 0.007:
        kind = schema.Reset if luck < 0.0065 else schema.Erase
        return kind(id=name, shopper=shopper, ts=ts, source="shop")
    if luck < 0.03:
        return schema.Search(id=name, shopper=shopper, ts=ts, source="shop", query="linen")
    if luck < 0.2:
        return schema.Purchase(
            id=name, shopper=shopper, ts=ts, source="shop", article=article, price=0.05, channel=2
        )
    return dice.choice(KINDS)(id=name, shopper=shopper, ts=ts, source="shop", article=article)


def learn(state: State, event: Event, about: Attributes | None = None) -> bool:
    """Take in one event by itself; False where it was there already."""
    known = {}
    if isinstance(event, schema.OfArticle) and about is not None:
        known = {event.article: about}
    additions = reducer.Additions()
    learned = reducer.apply(state, [event], known, additions)
    additions.settle()
    return bool(learned)
