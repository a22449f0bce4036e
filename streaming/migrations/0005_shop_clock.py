from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("streaming", "0004_dead_letters")]

    operations = [
        migrations.CreateModel(
            name="ShopClock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("offset_ms", models.BigIntegerField(null=True)),
                ("reached_ms", models.BigIntegerField(default=0)),
            ],
        ),
    ]
