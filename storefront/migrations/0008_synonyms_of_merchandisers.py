"""Merchandisers say what the words of searches mean."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ACTIONS = ("view", "add", "change", "delete")


def grant(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Django makes permissions after all migrations; this one needs them now, as 0003 does."""
    database = editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    merchandiser = apps.get_model("auth", "Group").objects.using(database).get(name="merchandiser")
    label = apps.get_model("catalog", "SearchSynonym")._meta.verbose_name
    kind, _ = kinds.get_or_create(app_label="catalog", model="searchsynonym")
    for action in ACTIONS:
        permission, _ = permissions.get_or_create(
            content_type=kind,
            codename=f"{action}_searchsynonym",
            defaults={"name": f"Can {action} {label}"},
        )
        merchandiser.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("storefront", "0007_experiments_of_data"),
        ("catalog", "0011_search_synonym"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
