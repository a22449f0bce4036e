"""The data role runs experiments and views outcomes."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PERMISSIONS = {
    "outcome": ("view",),
    "experiment": ("view", "add", "change"),
    "layer": ("view", "add", "change"),
    "variant": ("view", "add", "change", "delete"),  # drafts only
}


def grant(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Django creates permissions after all migrations; create this one now, as 0003 does."""
    database = editor.connection.alias
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    data = apps.get_model("auth", "Group").objects.using(database).get(name="data")
    for model, actions in PERMISSIONS.items():
        kind, _ = kinds.get_or_create(app_label="recommendations", model=model)
        for action in actions:
            permission, _ = permissions.get_or_create(
                content_type=kind,
                codename=f"{action}_{model}",
                defaults={"name": f"Can {action} {model}"},
            )
            data.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("storefront", "0006_dead_letters_and_orders_by_day"),
        ("recommendations", "0002_attribution_and_experiments"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
