import django.db.models.deletion
from django.db import migrations, models

# The parent table holds the constraints; the ingest adds a partition per month. Django can't
# declare partitioned tables, so the schema is SQL, with the model added to the state.
CREATE = """
CREATE TABLE catalog_transaction (
    id bigint NOT NULL,
    price double precision NOT NULL,
    t_dat date NOT NULL,
    customer_id integer NOT NULL,
    article_id integer NOT NULL,
    sales_channel smallint NOT NULL,
    CONSTRAINT transaction_price_positive CHECK (price > 0),
    CONSTRAINT transaction_channel_known CHECK (sales_channel IN (1, 2)),
    CONSTRAINT transaction_customer FOREIGN KEY (customer_id)
        REFERENCES catalog_customer (id) ON DELETE CASCADE,
    CONSTRAINT transaction_article FOREIGN KEY (article_id)
        REFERENCES catalog_article (id)
) PARTITION BY RANGE (t_dat);
CREATE INDEX transaction_customer_day ON catalog_transaction (customer_id, t_dat);
CREATE INDEX transaction_article_day ON catalog_transaction (article_id, t_dat);
CREATE INDEX transaction_id ON catalog_transaction USING brin (id, t_dat);
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE, "DROP TABLE catalog_transaction")],
            state_operations=[
                migrations.CreateModel(
                    name="Transaction",
                    fields=[
                        ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                        (
                            "price",
                            models.FloatField(
                                help_text="in the files' unit; × PRICE_UNIT is money"
                            ),
                        ),
                        ("t_dat", models.DateField()),
                        (
                            "customer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                to="catalog.customer",
                            ),
                        ),
                        (
                            "article",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                to="catalog.article",
                            ),
                        ),
                        (
                            "sales_channel",
                            models.PositiveSmallIntegerField(choices=[(1, "store"), (2, "online")]),
                        ),
                    ],
                    options={"db_table": "catalog_transaction", "ordering": ["id"]},
                ),
            ],
        )
    ]
