from django.db import models


class OutboxEvent(models.Model):
    """An event that must not be lost, written in the transaction of what it tells of.

    `event` is the encoded message. `sent_at` is set when Kafka has acknowledged it.
    """

    event = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

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
    """How far a replay came: all lines of `day` before the `line`th were acknowledged by Kafka.

    `lap` counts how often a looping replay has been through its days.
    """

    first_day = models.DateField()
    last_day = models.DateField()
    day = models.DateField()
    line = models.PositiveIntegerField()
    lap = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first_day", "last_day"], name="replay_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}, line {self.line}, lap {self.lap}"


class ErasedShopper(models.Model):
    """Somebody who must not come back, see streaming.erasure."""

    shopper = models.CharField(max_length=33, primary_key=True)
    erased_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.shopper
