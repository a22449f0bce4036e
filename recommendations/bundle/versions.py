"""Activating a model version, rolling back, and pruning old ones."""

import shutil
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from recommendations.bundle.models import ModelVersion
from recommendations.bundle.object_store import fetch, withdraw
from recommendations.bundle.reader import verify

KEEP = 3
# Key of the advisory lock held while training; any number, the same in every process.
TRAINING_LOCK = 5_501_000_001
# pg_locks shows a lock's 64 bits in two halves.
HOLDS = """
SELECT EXISTS (
    SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND datname = current_database()
    AND ((classid::bigint << 32) | objid::bigint) = %s
)
"""


def activate(version: ModelVersion) -> None:
    """Make `version` the active one; every process follows within a second.

    Its bundle is read in full and verified first. Raise BundleError, and change nothing, if it is
    missing or damaged.
    """
    fetch(version.folder)
    verify(version.folder)
    with transaction.atomic():
        # All rows in one order, so that two activations can't deadlock.
        list(ModelVersion.objects.select_for_update().order_by("pk").values_list("pk"))
        ModelVersion.objects.active().update(is_active=False)
        ModelVersion.objects.filter(pk=version.pk).update(
            is_active=True, status=ModelVersion.Status.READY, activated_at=Now()
        )
    version.refresh_from_db()


def in_training() -> ModelVersion | None:
    """The version in training now; None if that training was killed."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDS, [TRAINING_LOCK])
        if not cursor.fetchone()[0]:
            return None
    return ModelVersion.objects.filter(status=ModelVersion.Status.TRAINING).first()


def previous_version(version: ModelVersion | None) -> ModelVersion | None:
    """The version to roll back to: the newest usable one that is older."""
    older = ModelVersion.objects.ready()
    return older.filter(created_at__lt=version.created_at).first() if version else None


def prune(keep: int = KEEP) -> list[str]:
    """Delete the bundles of all but the `keep` newest versions and the active one."""
    old = [version for version in ModelVersion.objects.ready()[keep:] if not version.is_active]
    for version in old:
        version.status = ModelVersion.Status.PRUNED
        version.save(update_fields=["status"])
        shutil.rmtree(version.folder, ignore_errors=True)
        withdraw(version.version)
    remove_half_written()
    return [version.version for version in old]


def remove_half_written() -> None:
    """Delete temporary folders of killed trainings; only for the holder of the training lock."""
    for folder in Path(settings.BUNDLES_DIR).glob(".*"):
        shutil.rmtree(folder, ignore_errors=True)
