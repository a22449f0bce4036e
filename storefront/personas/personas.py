"""Customers of the data set that a demo visitor can act as."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Max, Min
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from catalog import article_cache
from catalog.models import Article, Customer, Transaction
from catalog.money import amount
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.online_features import snapshot_of
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.serving import previews
from storefront import sessions
from storefront.bag import contents, wishlist
from storefront.http import tracking
from storefront.personas.labels import Purchase, name_of, taste_of
from streaming import clock
from streaming.connection import StoreUnavailable
from streaming.events.schema import Identify
from streaming.features import dislikes
from streaming.features.store import nothing_of
from streaming.identity.shoppers import SESSION_KEY, anonymous_of, customer_of, customer_shopper
from streaming.identity.tombstones import erased_customers
from streaming.producers import producer

CARDS = 12
LATEST = 12
PICTURES = 4
BOUGHT = (
    "article_id", "article__index__group__name", "article__product_type__name", "price", "t_dat",
)  # fmt: skip
SAMPLE = 5000
CACHE_SECONDS = 3600
SEED = 20200922  # the same gallery for everyone; "surprise me" finds others
BANDS = (
    (0, _("Under 20")), (20, "20–29"), (30, "30–39"), (40, "40–49"), (50, "50–59"), (60, "60+"),
)  # fmt: skip
SHOWN: Final = 6
SHELVES: Final = (Kind.FOR_YOU, Kind.NEW_IN, Kind.BUY_AGAIN)


class Buyer(NamedTuple):
    """A customer with purchases; `audience` is the index group bought most."""

    key: int
    age: int | None
    purchases: int
    audience: int


@dataclass(frozen=True)
class Persona:
    """A customer as a card shows them; `latest` are articles."""

    customer: Customer
    purchases: int
    since: date | None
    taste: str
    latest: list[Article]

    @property
    def label(self) -> str:
        return name_of(self.customer.customer_id)

    @property
    def age(self) -> str:
        return age_band(self.customer.age)


def age_band(age: int | None) -> str:
    if age is None:
        return gettext("Age not given")
    return gettext(next(name for start, name in reversed(BANDS) if age >= start))


def varied(buyers: Iterable[Buyer], k: int) -> list[int]:
    """Keys of `k` buyers: in turn from each audience the keenest, whose purchases count less the
    more of their age band have been chosen. Buyers of unknown age are left out."""
    audiences: dict[int, list[Buyer]] = defaultdict(list)
    for buyer in sorted(buyers, key=lambda buyer: (-buyer.purchases, buyer.key)):
        if buyer.age is not None:
            audiences[buyer.audience].append(buyer)
    queues = sorted(audiences.values(), key=len, reverse=True)
    used: Counter[str] = Counter()
    chosen: list[int] = []
    while queues and len(chosen) < k:
        queues = [queue for queue in queues if queue]
        for queue in queues[: k - len(chosen)]:
            buyer = max(queue, key=lambda one: one.purchases / (1 + used[age_band(one.age)]) ** 2)
            queue.remove(buyer)
            used[age_band(buyer.age)] += 1
            chosen.append(buyer.key)
    return chosen


def gallery() -> list[Persona]:
    """A dozen varied customers; the choice is cached for an hour."""
    keys = cache.get("personas")
    if keys is None:
        keys = varied(_buyers(_sample(SEED)), CARDS)
        cache.set("personas", keys, CACHE_SECONDS)
    return _personas(keys)


def persona(customer: Customer) -> Persona:
    return _personas([customer.pk])[0]


def surprise() -> Customer | None:
    """Any customer who has bought something."""
    buyers = _buyers(_sample(None))
    return Customer.objects.get(pk=buyers[0].key) if buyers else None


def switch(request: HttpRequest, customer: Customer) -> None:
    """Act as the customer from now on; an anonymous shopper's bag and features move over."""
    anonymous = None if customer_of(request) is not None else anonymous_of(request)
    sessions.rotate(request.session)
    request.session[SESSION_KEY] = customer.pk
    if anonymous is None:
        return
    with transaction.atomic():
        contents.merge(anonymous, customer_shopper(customer.pk))
        wishlist.merge(anonymous, customer_shopper(customer.pk))
    with suppress(StoreUnavailable):
        dislikes.hand_over(anonymous, customer_shopper(customer.pk))
    producer.publish(tracking.made(Identify, request, anonymous=anonymous))


def leave(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)
    sessions.rotate(request.session)


def _sample(seed: int | None) -> list[int]:
    """A random sample, another one each time without a seed: keys have few gaps, so random numbers
    are customers."""
    bounds = Customer.objects.aggregate(first=Min("pk"), last=Max("pk"))
    first, number = bounds["first"] or 1, (bounds["last"] or 0) + 1 - (bounds["first"] or 1)
    drawn = np.random.default_rng(seed).choice(number, min(SAMPLE, number), replace=False)
    return [first + place for place in drawn.tolist()]


def _buyers(keys: list[int]) -> list[Buyer]:
    """Those with a purchase, in the order of the given keys."""
    units: dict[int, Counter[int]] = defaultdict(Counter)
    rows = (
        Transaction.objects.filter(customer__in=keys)
        .order_by()
        .values_list("customer", "article__index__group")
        .annotate(units=Count("*"))
    )
    for customer, audience, number in rows:
        units[customer][audience] += number
    gone = erased_customers()
    ages = dict(Customer.objects.filter(pk__in=units).values_list("pk", "age"))
    return [
        Buyer(key, ages[key], units[key].total(), units[key].most_common(1)[0][0])
        for key in keys
        if key in units and key not in gone
    ]


def _personas(keys: list[int]) -> list[Persona]:
    customers = Customer.objects.in_bulk(keys)
    histories = _histories(keys)
    latest = {
        pk: list(dict.fromkeys(purchase.article for purchase in histories[pk]))[:LATEST]
        for pk in keys
    }
    articles = article_cache.articles({*chain.from_iterable(latest.values())})
    return [
        Persona(
            customer=customers[pk],
            purchases=len(histories[pk]),
            since=histories[pk][-1].day if histories[pk] else None,
            taste=taste_of(histories[pk]),
            latest=_pictured([articles[key] for key in latest[pk] if key in articles])[:PICTURES],
        )
        for pk in keys
        if pk in customers
    ]


def _histories(keys: list[int]) -> dict[int, list[Purchase]]:
    """The purchases of each customer, newest first."""
    histories: dict[int, list[Purchase]] = defaultdict(list)
    rows = (
        Transaction.objects.filter(customer__in=keys)
        .order_by("-t_dat", "article_id")
        .values_list("customer_id", *BOUGHT)
    )
    for customer, article, audience, kind, price, day in rows:
        bought = Purchase(article, audience, kind, amount(price), day)
        histories[customer].append(bought)
    return histories


def _pictured(articles: list[Article]) -> list[Article]:
    """Those with a photo first, otherwise in their order."""
    return sorted(articles, key=lambda article: not article.summary.has_picture)


@dataclass(frozen=True)
class Compared:
    """The first articles of a shelf for either of them."""

    title: str
    yours: list[Article]
    theirs: list[Article]


def compared(you: str, them: str) -> list[Compared]:
    """Shelves that are empty for both are left out."""
    both = [
        Compared(gettext(RECOMMENDERS[kind].title), _first(kind, you), _first(kind, them))
        for kind in SHELVES
    ]
    return [shelf for shelf in both if shelf.yours or shelf.theirs]


def _first(kind: Kind, shopper: str) -> list[Article]:
    live = snapshot_of(shopper) or nothing_of(clock.now_ms())
    items = previews.shelf(kind, shopper, live).items[:SHOWN]
    return article_cache.in_order([item.article for item in items])
