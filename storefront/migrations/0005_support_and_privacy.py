"""Support staff answer requests for export and erasure."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PERMISSIONS = {
    "view_erasedshopper": "Can view erased shopper",
    "add_erasedshopper": "Can add erased shopper",
    "export_shopper": "Can export a shopper's data",
}


def grant(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Django creates permissions after all migrations; create this one now, as 0003 does."""
    database = editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    kind, _ = kinds.get_or_create(app_label="streaming", model="erasedshopper")
    support = apps.get_model("auth", "Group").objects.using(database).get(name="support")
    for codename, name in PERMISSIONS.items():
        permission, _ = permissions.get_or_create(
            content_type=kind, codename=codename, defaults={"name": name}
        )
        support.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("storefront", "0004_sessions_of_shoppers"),
        ("streaming", "0003_audited_tombstone"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
