"""Small shops for tests: as training inputs without a database, and as rows in PostgreSQL."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.conf import settings

from catalog.models import Article
from catalog.tests.factories import make_article, make_customer, make_transaction
from recommendations.dataset.answers import Answer
from recommendations.dataset.fingerprint import data_fingerprint
from recommendations.dataset.inputs import (
    ATTRIBUTES,
    LABELS,
    History,
    Inputs,
    Progress,
    Sales,
    day_number,
)
from recommendations.models import ModelVersion
from recommendations.recommenders.shelf import Shelf
from recommendations.training import pipeline, run
from recommendations.vision.store import PATTERN
from streaming import clock, keys
from streaming.connection import client
from streaming.events.actions import Action
from streaming.features.compiled.tastes import HALF_LIFE_MS
from streaming.features.state import State, pack, packed_recents, recent_key
from web.arrays import Arrays

AS_OF = date(2020, 9, 20)
# A product type of each everyday slot, and swimwear, whose types go together.
TYPES = (255, 272, 265, 262, 87, 66, 302, 298, 59)
GARMENTS = ("shirt", "dress", "jacket", "sneaker")
COLOURS = ("blue", "red", "green")
PastAction = tuple[int, str, int]
Lived = Callable[..., str]
Shop = dict[str, list[Article]]  # by garment
FIRST_CUSTOMER, FIRST_SALE = 2_000_000, 1_000_000
_trained: dict[tuple[object, ...], Arrays] = {}


def some_inputs(articles: int = 300, sales: int = 2000, seed: int = 7) -> Inputs:
    """A random catalogue, two articles per product, and random sales over ninety days."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, len(GARMENTS), articles).astype(np.int32)
    columns = {name: rng.integers(0, 6, articles).astype(np.int32) for name in ATTRIBUTES}
    columns |= {"product": np.arange(articles, dtype=np.int32) // 2, "product_type": kind}
    names = [f"{GARMENTS[k]} number{i // 2:b}" for i, k in enumerate(kind)]
    keys_of = {"article": np.arange(articles, dtype=np.int32) + 1000}
    frame = pd.DataFrame(keys_of | columns | {"name": names, "description": names[::-1]})
    for label in LABELS:
        frame[label] = labels(columns["section"])
    row = rng.integers(0, articles, sales).astype(np.int32)
    days = day_number(AS_OF) - rng.integers(0, 90, sales)
    return Inputs(frame, [sales_on(row, days)], AS_OF)


def rebuyers() -> Inputs:
    """Two hundred customers with fifteen purchases each."""
    inputs = some_inputs(sales=3000)
    order = np.argsort(inputs.sales.day, kind="stable")
    columns = vars(inputs.sales) | {"customer": (inputs.sales.customer % 200).astype(np.int32)}
    return replace(inputs, pieces=[Sales(**{name: of[order] for name, of in columns.items()})])


def pairs_shop(articles: int = 180, buyers: int = 3000) -> Inputs:
    """Two audiences and planted complements: everybody's second article follows the first.

    Article n (of type n mod 9) is bought with article n + 1.
    """
    inputs = some_inputs(articles, 0)
    frame = inputs.articles
    number = np.arange(articles)
    frame["product_type"] = np.array(TYPES, np.int32)[number % len(TYPES)]
    frame["product"] = number + 500
    frame["index_group"] = (number // (articles // 2)).astype(np.int32)
    frame["name"] = [f"thing {chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(articles)]
    rng = np.random.default_rng(5)
    first = rng.integers(0, articles - 1, buyers)
    row = np.stack([first, first + 1], axis=1).ravel().astype(np.int32)
    day = np.repeat(np.sort(day_number(AS_OF) - rng.integers(0, 20, buyers)), 2).astype(np.int32)
    sales = Sales(
        day=day,
        customer=np.repeat(np.arange(buyers), 2).astype(np.int32),
        row=row,
        age=np.full(len(row), 30, np.int32),
        price=(0.02 + 0.001 * (row % 40)).astype(np.float32),
        channel=np.full(len(row), 2, np.int32),
    )
    return Inputs(frame, [sales], AS_OF)


def busy_shop(customers: int = 500, sales: int = 12_000) -> Inputs:
    """Customers who come on one weekday, buy several articles at once, and come again."""
    inputs = pairs_shop(120)
    rng = np.random.default_rng(3)
    customer = rng.integers(0, customers, sales).astype(np.int32)
    day = (inputs.as_of_day - rng.integers(0, 12, sales) * 7 - customer % 7).astype(np.int32)
    order = np.lexsort((customer, day))
    columns: dict[str, Any] = {
        "day": day,
        "customer": customer,
        "row": (rng.beta(1, 3, sales) * len(inputs.articles)).astype(np.int32),
        "age": np.where(customer % 5, 18 + customer % 50, -1).astype(np.int32),
        "price": (rng.integers(1, 60, sales) / 590).astype(np.float32),
        "channel": (1 + rng.integers(0, 2, sales)).astype(np.int32),
    }
    return replace(inputs, pieces=[Sales(**{name: of[order] for name, of in columns.items()})])


def labels(numbers: np.ndarray) -> list[str]:
    """A name for each number of an index group, section or department."""
    return [f"shelf {number}" for number in numbers.tolist()]


def sales_on(
    row: Sequence[int] | np.ndarray, day: Sequence[int] | np.ndarray, age: int = 30
) -> Sales:
    """A sale of each row on its day, each of another customer; sorted by day."""
    count, order = len(row), np.argsort(day, kind="stable")
    return Sales(
        day=np.asarray(day, np.int32)[order],
        customer=np.arange(count, dtype=np.int32)[order],
        row=np.asarray(row, np.int32)[order],
        age=np.full(count, age, np.int32),
        price=np.full(count, 0.05, np.float32),
        channel=np.ones(count, np.int32),
    )


def open_shop(products: int = 4) -> Shop:
    """Per garment a list of articles, each a product of its own; the first of each sells best.

    Equal shops have equal keys, so that `train` trains on them once."""
    sales, buyer = count(FIRST_SALE), make_customer(FIRST_CUSTOMER)
    shop: Shop = {}
    for kind, garment in enumerate(GARMENTS, start=1):
        shop[garment] = [
            make_article(
                article_key(kind, n),
                name=f"{COLOURS[n % 3].title()} {garment} {n}",
                description=f"A {garment} in {COLOURS[n % 3]}.",
                product_type=(kind, garment),
                index=("W", "Women") if kind < 3 else ("M", "Men"),
                index_group=(1, "Women") if kind < 3 else (2, "Men"),
                units=products - n,
                units_recent=products - n,
            )
            for n in range(products)
        ]
        for n, article in enumerate(shop[garment]):
            for day in range(products - n):
                when = date(2020, 9, 20 - day)
                make_transaction(next(sales), article=article, customer=buyer, t_dat=when)
    return shop


def article_key(kind: int, n: int) -> int:
    """Of the n-th article of a kind."""
    return 800_000_000 + kind * 100_000 + n * 1000


def train(
    now: datetime = datetime(2020, 9, 21, tzinfo=UTC),
    as_of: date | None = None,
    *,
    quick: bool = False,
) -> ModelVersion:
    """A new active version; training itself runs once in a session for equal data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "train", trained_once)
        return train_afresh(now, as_of, quick=quick)


def train_afresh(
    now: datetime = datetime(2020, 9, 21, tzinfo=UTC),
    as_of: date | None = None,
    *,
    quick: bool = False,
) -> ModelVersion:
    return run.train_model(as_of, now, lambda line: None, quick=quick)


def trained_once(
    history: History, progress: Progress, *, answers: Sequence[Answer], quick: bool
) -> Arrays:
    if answers:
        return pipeline.train(history, progress, answers=answers, quick=quick)
    pictures = sorted(Path(settings.VISION_DIR).glob(PATTERN))
    key = (data_fingerprint(history), quick, *(file.read_bytes() for file in pictures))
    if key not in _trained:
        _trained[key] = pipeline.train(history, progress, quick=quick)
    return dict(_trained[key])


def articles_on(shelf: Shelf) -> list[int]:
    return [item.article for item in shelf.items]


def garments_on(shelf: Shelf) -> list[str]:
    names = dict(Article.objects.values_list("pk", "product_type__name"))
    return [names[article] for article in articles_on(shelf)]


def live_through(stored: list[str]) -> Lived:
    def lived(actions: Sequence[PastAction] = (), *, bag: Sequence[int] = ()) -> str:
        """Store a new shopper's state; each action is (article, kind, ms ago). Return the id."""
        shopper, now = f"a{uuid.uuid4().hex}", clock.now_ms()
        recents = packed_recents({
            recent_key(article, Action(kind).code): (now - ago) // 1000
            for article, kind, ago in reversed(actions)
        })  # fmt: skip
        state = State(last_ms=now, landmark=now // HALF_LIFE_MS, recents=recents, bag=list(bag))
        stored.append(keys.state(shopper))
        client().set(stored[-1], pack(state), ex=60)
        return shopper

    return lived


Wardrobe = dict[str, list[Article]]


def bought_together(kinds: dict[str, int], number: int, days: int) -> Wardrobe:
    """Articles of each kind (its name and type), of which those with the same number are bought
    together on each of the last days."""
    sales, buyers = count(FIRST_SALE), count(FIRST_CUSTOMER)
    shop = {
        kind: [
            make_article(
                article_key(type_number, n),
                name=f"{kind.title()} {'abcd'[n]}",
                product_type=(type_number, kind),
                price=(10 + 5 * n) / 590,
            )
            for n in range(number)
        ]
        for kind, type_number in kinds.items()
    }
    for n in range(number):
        for day in range(days):
            buyer, when = make_customer(next(buyers)), date(2020, 9, 20) - timedelta(days=day)
            for articles in shop.values():
                make_transaction(
                    next(sales),
                    article=articles[n],
                    customer=buyer,
                    t_dat=when,
                    price=(10 + 5 * n) / 590,
                )
    return shop
