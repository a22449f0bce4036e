"""The bag: what is in it, and every way it changes.

Concurrent requests are kept right by the constraints: one bag per shopper, one line per article.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least

from storefront.models import MAX_QUANTITY, Bag, BagLine


@dataclass(frozen=True)
class Contents:
    """The lines of a bag as they are shown, priced as of now."""

    lines: list[BagLine]

    @cached_property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def articles(self) -> list[int]:
        return [line.article_id for line in self.lines]

    @cached_property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal("0.00"))


def contents(shopper: str) -> Contents:
    return Contents(list(BagLine.objects.of_shopper(shopper).for_display()))


def units(shopper: str) -> int:
    return BagLine.objects.of_shopper(shopper).units()


@transaction.atomic
def add(shopper: str, article: int, quantity: int = 1) -> None:
    """Put units of the article in, up to MAX_QUANTITY of it."""
    bag, _ = Bag.objects.get_or_create(shopper=shopper)
    line, created = BagLine.objects.get_or_create(
        bag=bag, article_id=article, defaults={"quantity": quantity}
    )
    if not created:
        _grow(line, quantity)


def set_quantity(shopper: str, article: int, quantity: int) -> bool:
    """False when the article isn't in the bag."""
    lines = BagLine.objects.of_shopper(shopper).filter(article=article)
    return bool(lines.update(quantity=quantity))


def remove(shopper: str, article: int) -> int:
    """Take the article out; how many units of it were in."""
    with transaction.atomic():
        lines = BagLine.objects.of_shopper(shopper).filter(article=article)
        line = lines.select_for_update(of=("self",)).first()
        if line is None:
            return 0
        line.delete()
        return line.quantity


@transaction.atomic
def merge(source: str, target: str) -> None:
    """Move everything from one shopper's bag into another's: they turn out to be the same."""
    bag = Bag.objects.select_for_update().filter(shopper=source).first()
    if bag is None:
        return
    for line in bag.lines.all():
        add(target, line.article_id, line.quantity)
    bag.delete()


def _grow(line: BagLine, quantity: int) -> None:
    """Counted by the database, so that two additions at the same moment both count."""
    grown = Least(F("quantity") + quantity, MAX_QUANTITY)
    BagLine.objects.filter(pk=line.pk).update(quantity=grown)
