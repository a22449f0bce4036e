"""Lines of bags, orders and lists are by article and size; orders are placed at event time."""

from django.db import migrations, models

import streaming.clock


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0011_search_synonym"),
        ("storefront", "0008_synonyms_of_merchandisers"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="order",
            options={"ordering": ["-placed_at", "-pk"]},
        ),
        migrations.RemoveConstraint(
            model_name="bagline",
            name="bag_line_article_unique",
        ),
        migrations.RemoveConstraint(
            model_name="orderline",
            name="order_line_article_unique",
        ),
        migrations.RemoveConstraint(
            model_name="savedarticle",
            name="saved_article_unique",
        ),
        migrations.AddField(
            model_name="bagline",
            name="size",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
        migrations.AddField(
            model_name="orderline",
            name="size",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
        migrations.AddField(
            model_name="savedarticle",
            name="size",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
        migrations.AlterField(
            model_name="order",
            name="placed_at",
            field=models.DateTimeField(default=streaming.clock.now),
        ),
        migrations.AddConstraint(
            model_name="bagline",
            constraint=models.UniqueConstraint(
                fields=("bag", "article", "size"), name="bag_line_article_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.UniqueConstraint(
                fields=("order", "article", "size"), name="order_line_article_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedarticle",
            constraint=models.UniqueConstraint(
                fields=("shopper", "list", "article", "size"), name="saved_article_unique"
            ),
        ),
    ]
