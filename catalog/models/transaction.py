from django.db import models

from catalog.models.customer import Customer
from catalog.models.product import Article


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
