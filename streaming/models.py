from __future__ import annotations

from collections.abc import Mapping

from django.db import models


class OutboxQuerySet(models.QuerySet["OutboxEvent"]):
    def waiting(self) -> OutboxQuerySet:
        """The events that Kafka hasn't acknowledged."""
        return self.filter(sent_at__isnull=True)


class OutboxEvent(models.Model):
    """An event that must not be lost, written in the same transaction as the change it reports.

    `event` is the encoded message. `sent_at` is set when Kafka has acknowledged it.
    """

    event = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["id"], name="outbox_waiting", condition=models.Q(sent_at__isnull=True)
            ),
            models.Index(fields=["sent_at"], name="outbox_sent"),
        ]

    def __str__(self) -> str:
        return bytes(self.event).decode(errors="replace")


class ReplayPosition(models.Model):
    """How far a replay has come: all lines of `day` before the `line`th were acknowledged by Kafka.

    `lap` counts how often a looping replay has been through its days. `data` and `browse` are those
    of replay.Plan: with others, the same number of lines would be another place.
    """

    first_day = models.DateField()
    last_day = models.DateField()
    data = models.CharField(max_length=120, default="")
    browse = models.BooleanField(default=False)
    day = models.DateField()
    line = models.PositiveIntegerField()
    lap = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["first_day", "last_day", "data", "browse"], name="replay_position_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}, line {self.line}, lap {self.lap}"


class ErasedShopper(models.Model):
    """Somebody who must not come back: the truth behind streaming.identity.tombstones.

    `customer_id` is the name under which the data set's files would bring a customer back.
    `asked_by` and `removed` (how much of what) are for the audit. `finished_at` is empty until
    nothing is left outside of PostgreSQL either.
    """

    shopper = models.CharField(max_length=33, primary_key=True)
    customer_id = models.CharField(max_length=64, blank=True)
    erased_at = models.DateTimeField(auto_now_add=True, db_index=True)
    asked_by = models.CharField(max_length=160, blank=True)
    removed = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-erased_at"]
        permissions = [("export_shopper", "Can export a shopper's data")]

    def __str__(self) -> str:
        return self.shopper

    def add(self, removed: Mapping[str, int]) -> None:
        """Count what was removed; the row isn't saved."""
        for what, number in removed.items():
            if number:
                self.removed[what] = self.removed.get(what, 0) + number


class ShopClock(models.Model):
    """The shop clock as it was last set, in one row, since Redis may lose it.

    `offset_ms` leads from the wall clock to it, None until somebody sets it. `reached_ms` is the
    latest it has ever been.
    """

    offset_ms = models.BigIntegerField(null=True)
    reached_ms = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"shop clock, reached {self.reached_ms}"


class DeadMessage(models.Model):
    """A dead letter in the admin's list and permissions; the letters themselves are in Kafka."""

    class Meta:
        managed = False
        default_permissions = ("view", "change")
        verbose_name = "dead letter"

    def __str__(self) -> str:
        return f"dead letter {self.pk}"
