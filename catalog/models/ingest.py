from django.db import models


class IngestRun(models.Model):
    """One run of `ingest_hm`: what it read, how far it came, what it found."""

    class Status(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    data_dir = models.CharField(max_length=500)
    report = models.JSONField(default=dict)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.data_dir}, {self.started_at:%Y-%m-%d %H:%M}, {self.status}"
