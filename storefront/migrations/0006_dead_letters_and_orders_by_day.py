"""The data role views and resends dead letters; orders are indexed by day."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def grant(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Django creates permissions after all migrations; create this one now, as 0003 does."""
    database = editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    kind, _ = kinds.get_or_create(app_label="streaming", model="deadmessage")
    data = apps.get_model("auth", "Group").objects.using(database).get(name="data")
    for action in ("view", "change"):
        permission, _ = permissions.get_or_create(
            content_type=kind,
            codename=f"{action}_deadmessage",
            defaults={"name": f"Can {action} dead letter"},
        )
        data.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("storefront", "0005_support_and_privacy"),
        ("streaming", "0004_dead_letters"),
    ]
    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["placed_at"], name="order_placed"),
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
