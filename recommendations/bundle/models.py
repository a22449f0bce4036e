"""Model versions: one row per training run, at most one of them active."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    def active(self) -> "ModelVersionQuerySet":
        return self.filter(is_active=True)

    def ready(self) -> "ModelVersionQuerySet":
        """Versions whose bundle is on disk, newest first."""
        return self.filter(status=ModelVersion.Status.READY).order_by("-created_at")

    def abandon_unfinished(self) -> int:
        """Mark runs that were killed; only for the holder of the training lock."""
        unfinished = self.filter(status=ModelVersion.Status.TRAINING)
        return unfinished.update(status=ModelVersion.Status.FAILED, error="The run was cut short.")


class ModelVersion(models.Model):
    """One training run and its bundle, the folder BUNDLES_DIR/version."""

    class Status(models.TextChoices):
        TRAINING = "training"
        READY = "ready"
        FAILED = "failed"
        PRUNED = "pruned", "removed from disk"

    version = models.CharField(max_length=40)
    created_at = models.DateTimeField(help_text="start of the training run")
    as_of = models.DateField(null=True, help_text="last day of sales in the training data")
    status = models.CharField(max_length=10, choices=Status, default=Status.TRAINING)
    is_active = models.BooleanField(default=False, editable=False)
    activated_at = models.DateTimeField(
        null=True, editable=False, help_text="time of the last activation"
    )
    metrics = models.JSONField(default=dict)
    manifest = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["version"], name="model_version_unique"),
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="model_version_one_active"
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(status="ready"),
                name="model_version_active_is_ready",
            ),
        ]

    def __str__(self) -> str:
        return self.version

    @property
    def is_quick(self) -> bool:
        """Whether the slow parts of training were skipped so that a shop could open soon."""
        return bool(self.metrics.get("quick"))

    @property
    def folder(self) -> Path:
        return Path(settings.BUNDLES_DIR) / self.version
