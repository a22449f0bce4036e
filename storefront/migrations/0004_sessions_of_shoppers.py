"""Sessions that can be found by shopper; everybody has to sign in again."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def drop_old_sessions(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    sessions = apps.get_model("sessions", "Session").objects.using(editor.connection.alias)
    sessions.all().delete()


class Migration(migrations.Migration):
    dependencies = [("storefront", "0003_roles"), ("sessions", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="ShopperSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                        verbose_name="session key",
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("shopper", models.CharField(blank=True, db_index=True, max_length=40)),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.RunPython(drop_old_sessions, migrations.RunPython.noop),
    ]
