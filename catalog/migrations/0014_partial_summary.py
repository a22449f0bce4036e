import django.db.models.deletion
from django.db import migrations, models

# The sales that are loaded already, by month: also of months that an unfinished ingest has loaded.
COUNT = r"""
DO $$
DECLARE month regclass;
BEGIN
    FOR month IN
        SELECT oid FROM pg_class WHERE relkind = 'r' AND pg_table_is_visible(oid)
            AND relname ~ '^catalog_transaction_\d{4}_\d{2}$'
    LOOP
        EXECUTE format(
            'INSERT INTO catalog_partialsummary'
            ' (id, article_id, units, first_sold, last_sold, price)'
            ' SELECT DISTINCT ON (article_id) id, article_id, count(*) OVER whole,'
            ' min(t_dat) OVER whole, t_dat, price FROM %s'
            ' WINDOW whole AS (PARTITION BY article_id)'
            ' ORDER BY article_id, t_dat DESC, id DESC', month);
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0013_search_queries")]

    operations = [
        migrations.CreateModel(
            name="PartialSummary",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("units", models.PositiveIntegerField()),
                ("first_sold", models.DateField()),
                ("last_sold", models.DateField()),
                ("price", models.FloatField()),
                (
                    "article",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.article",
                    ),
                ),
            ],
            options={"verbose_name_plural": "partial summaries"},
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
