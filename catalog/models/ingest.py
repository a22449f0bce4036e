from django.db import models
from django.utils import timezone


class IngestRun(models.Model):
    """One run of `ingest_hm`: what it read, how far it got, what it found.

    The newest run describes what the tables hold; an interrupted run is resumed.
    """

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

    @property
    def content(self) -> dict[str, str]:
        """What was loaded of each file: the CRC-32 and the number of rows."""
        return {file.name: f"{file.crc:08x}-{file.rows}" for file in self.files.order_by("name")}

    def finish(self) -> None:
        """Mark the run done: every file is loaded and the report is written."""
        self.status, self.finished_at = self.Status.DONE, timezone.now()
        self.save()


class IngestFile(models.Model):
    """The checkpoint of one file, committed together with the rows it counts.

    `offset` (bytes of the unpacked file) and `line` (header included) mark the point up to which
    every row is either in the tables or in the rejects file, whose length at that point is
    `rejects_size`. `crc` is the CRC-32 of those bytes: it tells a changed file from one that has
    grown. For Parquet, `offset` and `line` count rows. `quality` is from checks.quality.
    """

    run = models.ForeignKey(IngestRun, models.CASCADE, related_name="files")
    name = models.CharField(max_length=30)
    fingerprint = models.JSONField()
    offset = models.BigIntegerField(default=0)
    line = models.BigIntegerField(default=0)
    crc = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    rejected = models.JSONField(default=dict)
    quality = models.JSONField(default=dict)
    rejects_size = models.BigIntegerField(default=0)
    done = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "name"], name="ingest_file_once_a_run"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.rows} rows"

    @property
    def rejected_rows(self) -> int:
        return sum(self.rejected.values())
