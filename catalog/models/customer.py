from django.db import models
from django.db.models import Q

from catalog.models.product import Article


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


class Transaction(models.Model):
    """One line of transactions_train.csv: one unit bought.

    The table is range-partitioned by month of `t_dat`. Identical lines are genuine (several units).
    `id` numbers the rows in file order and is unique by construction: PostgreSQL can't enforce a
    unique index across partitions without the partition key. A BRIN index suffices to find a row.
    Django can't declare partitions: migration 0002 creates the table, the ingest its partitions.
    """

    id = models.BigIntegerField(primary_key=True)
    price = models.FloatField(help_text="in the files' unit; × PRICE_UNIT is money")
    t_dat = models.DateField()
    customer = models.ForeignKey(Customer, models.CASCADE, db_index=False)
    article = models.ForeignKey(Article, models.PROTECT, db_index=False)
    sales_channel = models.PositiveSmallIntegerField(choices=[(1, "store"), (2, "online")])

    class Meta:
        db_table = "catalog_transaction"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.t_dat} {self.article_id:010d}"
