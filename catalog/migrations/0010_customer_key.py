from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0009_ids_of_any_form_and_quality")]

    operations = [
        migrations.CreateModel(
            name="CustomerKey",
            fields=[
                ("customer_id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("key", models.IntegerField(unique=True)),
            ],
        ),
    ]
