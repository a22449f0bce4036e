"""The bag's contents, and every operation that changes them.

Database constraints keep concurrent requests correct: one bag per shopper, one line per article and
size (empty where an article has none).
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

from django.db import transaction
from django.utils.translation import gettext

from catalog.models import Article
from catalog.money import amount, shown
from storefront.models import MAX_QUANTITY, Bag, BagLine
from web.replica import writing


@dataclass(frozen=True)
class Contents:
    """The lines of a bag as shown, at current prices."""

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

    @property
    def fingerprint(self) -> str:
        """Lines, quantities and prices; a checkout form returns the one it has shown."""
        return ",".join(
            f"{line.key}*{line.quantity}@{amount(line.article.summary.price)}"
            for line in self.lines
        )

    def changes_since(self, fingerprint: str) -> list[str]:
        """What has changed since that fingerprint, a sentence for each line."""
        before = dict(part.split("*", 1) for part in fingerprint.split(",") if "*" in part)
        return [
            sentence for line in self.lines if (sentence := _change(line, before)) is not None
        ] + _unavailable(before, {line.key for line in self.lines})


def contents(shopper: str) -> Contents:
    return Contents(list(BagLine.objects.of_shopper(shopper).for_display()))


# Incremented in the database, so that two simultaneous additions both count.
ADD: Final = """
WITH mine AS (
    INSERT INTO storefront_bag (shopper, updated_at) VALUES (%(shopper)s, now())
    ON CONFLICT (shopper) DO UPDATE SET updated_at = excluded.updated_at RETURNING id
)
INSERT INTO storefront_bagline AS line (bag_id, article_id, size, quantity, added_at)
SELECT id, %(article)s, %(size)s, %(quantity)s, now() FROM mine
ON CONFLICT (bag_id, article_id, size)
DO UPDATE SET quantity = least(line.quantity + excluded.quantity, %(most)s)
"""


def add(shopper: str, article: int, quantity: int = 1, size: str = "") -> None:
    """Add units of the article in this size, up to MAX_QUANTITY in total."""
    units = {"article": article, "quantity": quantity, "most": MAX_QUANTITY}
    with writing().cursor() as cursor:
        cursor.execute(ADD, {"shopper": shopper, "size": size, **units})


@transaction.atomic
def change(shopper: str, article: int, size: str, to_size: str, quantity: int) -> bool:
    """Give the line this quantity and size; it joins the line that has this size already. False if
    there is no such line."""
    bag = Bag.objects.select_for_update().filter(shopper=shopper).first()
    lines = BagLine.objects.select_for_update().filter(bag=bag, article=article)
    line = lines.filter(size=size).first()
    if line is None:
        return False
    twin = lines.filter(size=to_size).exclude(pk=line.pk).first()
    if twin is not None:
        quantity = min(quantity + twin.quantity, MAX_QUANTITY)
        twin.delete()
    line.size, line.quantity = to_size, quantity
    line.save(update_fields=["size", "quantity"])
    return True


def remove(shopper: str, article: int, size: str = "") -> int:
    """Remove the line; return its quantity."""
    with transaction.atomic():
        lines = BagLine.objects.of_shopper(shopper).filter(article=article, size=size)
        line = lines.select_for_update(of=("self",)).first()
        if line is None:
            return 0
        line.delete()
        return line.quantity


def holds(shopper: str, article: int) -> bool:
    """Whether the article is in the bag, in any size."""
    return BagLine.objects.of_shopper(shopper).filter(article=article).exists()


@transaction.atomic
def merge(source: str, target: str) -> None:
    """Move one shopper's bag into another's, when the two turn out to be the same person."""
    bag = Bag.objects.select_for_update().filter(shopper=source).first()
    if bag is None:
        return
    for line in bag.lines.all():
        add(target, line.article_id, line.quantity, line.size)
    bag.delete()


def _change(line: BagLine, before: dict[str, str]) -> str | None:
    """The earlier contents by line, as quantity@price."""
    name = line.article.name
    now, then = amount(line.article.summary.price), before.get(line.key)
    if then is None:
        return gettext("%(name)s was added to your bag.") % {"name": name}
    units, _, price = then.partition("@")
    if price != str(now):
        values = {"name": name, "now": shown(now), "then": shown(Decimal(price))}
        return gettext("%(name)s costs %(now)s now, not %(then)s.") % values
    if units != str(line.quantity):
        values = {"name": name, "now": str(line.quantity), "then": units}
        return gettext("The quantity of %(name)s is %(now)s now, not %(then)s.") % values
    return None


def _unavailable(before: dict[str, str], left: set[str]) -> list[str]:
    gone = [key.partition(":")[0] for key in before if key not in left]
    keys = [int(article) for article in gone if article.isdecimal()]
    names = Article.objects.filter(pk__in=keys).values_list("name", flat=True)
    return [gettext("%(name)s is no longer in your bag.") % {"name": name} for name in names]
