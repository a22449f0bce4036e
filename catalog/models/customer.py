from django.db import models
from django.db.models import Q


class Customer(models.Model):
    """One line of customers.csv.

    `id` is our own small key; `customer_id` is the file's: 64 hex digits in H&M's set, up to 64
    bytes in others.
    """

    id = models.IntegerField(primary_key=True)
    customer_id = models.CharField(max_length=64)
    fn = models.BooleanField(null=True, verbose_name="FN")
    active = models.BooleanField(null=True)
    club_member_status = models.CharField(max_length=20, blank=True)
    fashion_news_frequency = models.CharField(max_length=20, blank=True)
    age = models.PositiveSmallIntegerField(null=True)
    postal_code = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer_id"], name="customer_customer_id_unique"),
            models.CheckConstraint(condition=Q(age__lte=120), name="customer_age_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id[:8]}…"


class CustomerKey(models.Model):
    """A customer's key. It outlives the customer's row, so that nobody else gets it.

    Features, histories, tombstones, bags and orders refer to the key.
    """

    customer_id = models.CharField(max_length=64, primary_key=True)
    key = models.IntegerField(unique=True)

    def __str__(self) -> str:
        return f"{self.customer_id[:8]}… is {self.key}"
