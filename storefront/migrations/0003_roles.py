"""Roles of the admin's users, with the least privileges their work needs."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GOODS = [
    f"catalog.view_{name}"
    for name in (
        "article", "product", "productgroup", "producttype", "appearance", "colour",
        "colourvalue", "colourmaster", "department", "index", "indexgroup",
        "section", "garmentgroup",
    )
]  # fmt: skip
ROLES = {
    "merchandiser": [
        *GOODS,
        *(f"recommendations.{action}_rule" for action in ("view", "add", "change", "delete")),
    ],
    "data": [
        *GOODS,
        "catalog.view_ingestrun",
        "recommendations.view_modelversion",
        "recommendations.change_modelversion",
    ],
    "support": [*GOODS, "catalog.view_customer", "catalog.view_transaction"],
}


def create_roles(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    database = editor.connection.alias
    groups = apps.get_model("auth", "Group").objects.using(database)
    for role, permissions in ROLES.items():
        group, _ = groups.get_or_create(name=role)
        group.permissions.add(*(_permission(apps, database, name) for name in permissions))


def _permission(apps: Apps, database: str, name: str) -> int:
    """Django creates permissions after all migrations; create this one now, under the same key."""
    app, codename = name.split(".")
    action, model = codename.split("_")
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(database)
    kind, _ = kinds.get_or_create(app_label=app, model=model)
    label = apps.get_model(app, model)._meta.verbose_name
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    permission, _ = permissions.get_or_create(
        content_type=kind, codename=codename, defaults={"name": f"Can {action} {label}"}
    )
    return int(permission.pk)


class Migration(migrations.Migration):
    dependencies = [
        ("storefront", "0002_saved_articles"),
        ("catalog", "0004_ingest_crc_and_quick_hex_check"),
        ("recommendations", "0003_rules"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(create_roles, migrations.RunPython.noop)]
