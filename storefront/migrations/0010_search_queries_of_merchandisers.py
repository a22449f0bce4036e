from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def grant(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Django makes permissions after all migrations; this one needs it now, as 0003 does."""
    database = editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    merchandiser = apps.get_model("auth", "Group").objects.using(database).get(name="merchandiser")
    kind, _ = kinds.get_or_create(app_label="catalog", model="searchquery")
    label = apps.get_model("catalog", "SearchQuery")._meta.verbose_name
    permission, _ = permissions.get_or_create(
        content_type=kind, codename="view_searchquery", defaults={"name": f"Can view {label}"}
    )
    merchandiser.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("storefront", "0009_sizes"), ("catalog", "0013_search_queries")]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
