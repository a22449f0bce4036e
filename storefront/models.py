"""What the shop stores per shopper: bag, orders, saved articles, sessions."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from catalog import money
from catalog.models import Article, Customer
from catalog.quantities import MAX_SIZE
from storefront.sessions import SessionStore
from streaming import clock

MAX_QUANTITY = 20


def size_field() -> models.CharField[str, str]:
    """One of the article's sizes, empty where it has none."""
    return models.CharField(max_length=MAX_SIZE, blank=True, default="")


class Bag(models.Model):
    """One bag per shopper id (`c<customer>` or `a<hex>`)."""

    shopper = models.CharField(max_length=40)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shopper"], name="bag_shopper_unique")]

    def __str__(self) -> str:
        return f"bag of {self.shopper}"


class BagLineQuerySet(models.QuerySet["BagLine"]):
    def of_shopper(self, shopper: str) -> BagLineQuerySet:
        return self.filter(bag__shopper=shopper)

    def for_display(self) -> BagLineQuerySet:
        """With the article fields that a line shows, in the order added."""
        return self.select_related("article__summary").order_by("added_at", "pk")


class BagLine(models.Model):
    """A quantity of an article in a bag; one line per article and size."""

    bag = models.ForeignKey(Bag, models.CASCADE, related_name="lines")
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    size = size_field()
    quantity = models.PositiveSmallIntegerField(default=1)
    added_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[BagLine]] = BagLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bag", "article", "size"], name="bag_line_article_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY),
                name="bag_line_quantity_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.article_id:010d}"

    @property
    def key(self) -> str:
        """The line among those of its bag."""
        return f"{self.article_id}:{self.size}"

    @property
    def amount(self) -> Decimal:
        """Price in money, as of today."""
        return money.amount(self.article.summary.price) * self.quantity


class Order(models.Model):
    """A placed mock order, at event time. `checkout` is the key of its form: one order per form."""

    number = models.CharField(max_length=12)
    checkout = models.UUIDField()
    shopper = models.CharField(max_length=40)
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, related_name="orders")
    placed_at = models.DateTimeField(default=clock.now)
    total = models.DecimalField(max_digits=10, decimal_places=2)
    delivery = models.CharField(max_length=20, blank=True)
    payment = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["-placed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="order_number_unique"),
            models.UniqueConstraint(fields=["checkout"], name="order_checkout_unique"),
            models.CheckConstraint(condition=Q(total__gt=0), name="order_total_positive"),
        ]
        indexes = [
            models.Index(fields=["shopper", "-placed_at"], name="order_of_shopper"),
            models.Index(fields=["placed_at"], name="order_placed"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """A quantity of an article in an order; `price` is the money paid for one unit."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    article = models.ForeignKey(Article, models.PROTECT, related_name="+")
    size = size_field()
    quantity = models.PositiveSmallIntegerField()
    price = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "article", "size"], name="order_line_article_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY),
                name="order_line_quantity_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.article_id:010d}"

    @property
    def amount(self) -> Decimal:
        return self.price * self.quantity


class SavedArticle(models.Model):
    """An article on one of a shopper's lists: the wishlist, or saved for later."""

    class List(models.TextChoices):
        WISHES = "wishes", "wishlist"
        LATER = "later", "saved for later"

    shopper = models.CharField(max_length=40)
    list = models.CharField(max_length=6, choices=List)
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    size = size_field()
    quantity = models.PositiveSmallIntegerField(default=1)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shopper", "list", "article", "size"], name="saved_article_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY),
                name="saved_article_quantity_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id:010d} on {self.list} of {self.shopper}"


class ShopperSession(AbstractBaseSession):
    """A session that can be found by its shopper; empty if it has none."""

    shopper = models.CharField(max_length=40, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"session of {self.shopper or 'nobody'}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        return SessionStore
