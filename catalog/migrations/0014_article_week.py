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
            'INSERT INTO catalog_articleweek'
            ' (article_id, id, units, spent, first_sold, last_sold, price)'
            ' SELECT DISTINCT ON (article_id, date_trunc(''week'', t_dat)) article_id, id,'
            ' count(*) OVER week, sum(price) OVER week, min(t_dat) OVER week, t_dat, price FROM %s'
            ' WINDOW week AS (PARTITION BY article_id, date_trunc(''week'', t_dat))'
            ' ORDER BY article_id, date_trunc(''week'', t_dat), t_dat DESC, id DESC', month);
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0013_search_queries")]

    operations = [
        migrations.CreateModel(
            name="ArticleWeek",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "article_id", "id", blank=True, editable=False, primary_key=True,
                        serialize=False,
                    ),
                ),
                ("id", models.BigIntegerField()),
                ("units", models.PositiveIntegerField()),
                ("spent", models.FloatField()),
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
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        migrations.RunSQL(
            "DROP INDEX IF EXISTS transaction_article_day",
            "CREATE INDEX transaction_article_day ON catalog_transaction (article_id, t_dat)",
        ),
    ]  # fmt: skip
