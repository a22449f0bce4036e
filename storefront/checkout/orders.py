"""Placing an order: turns a bag into an order and its purchase events, atomically and once."""

import secrets
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from catalog.money import amount
from storefront.bag import contents as bags
from storefront.http import tracking
from storefront.models import Bag, BagLine, Order, OrderLine
from streaming.events.schema import Purchase
from streaming.identity.shoppers import customer_of, shopper_of
from streaming.producers import outbox

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no look-alikes
ONLINE = 2


class EmptyBagError(Exception):
    """There is nothing to order."""


class ChangedBagError(Exception):
    """The bag, or a price in it, isn't what the shopper has seen and agreed to."""


@transaction.atomic
def place(request: HttpRequest, checkout: UUID, seen: str, *, delivery: str, payment: str) -> Order:
    """The order of this checkout form: a new one or, on a second submit, the existing one.

    The bag's row is locked first, so that of two simultaneous submits the second waits and then
    finds the order. `seen` is what the form showed (see Contents.fingerprint). Raise EmptyBagError,
    or ChangedBagError if the bag has changed since; nothing is charged then.
    """
    shopper = shopper_of(request)
    bag = Bag.objects.select_for_update().filter(shopper=shopper).first()
    placed = Order.objects.filter(checkout=checkout, shopper=shopper).first()
    if placed is not None:
        return placed
    contents = bags.contents(shopper)
    if bag is None or not contents.lines:
        raise EmptyBagError
    if contents.fingerprint != seen:
        raise ChangedBagError
    order = Order.objects.create(
        number=new_number(),
        checkout=checkout,
        shopper=shopper,
        customer_id=customer_of(request),
        total=contents.total,
        delivery=delivery,
        payment=payment,
    )
    OrderLine.objects.bulk_create(_line(order, line) for line in contents.lines)
    outbox.enqueue(*_purchases(request, contents.lines))
    bag.lines.all().delete()
    return order


def new_number() -> str:
    """Eight characters, easy to read out and hard to guess."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def _line(order: Order, line: BagLine) -> OrderLine:
    return OrderLine(
        order=order,
        article=line.article,
        size=line.size,
        quantity=line.quantity,
        price=amount(line.article.summary.price),
    )


def _purchases(request: HttpRequest, lines: list[BagLine]) -> list[Purchase]:
    """One event per unit, as the files have one line per unit."""
    return [
        tracking.made(
            Purchase,
            request,
            article=line.article_id,
            price=line.article.summary.price,
            channel=ONLINE,
            size=line.size or None,
        )
        for line in lines
        for _ in range(line.quantity)
    ]
