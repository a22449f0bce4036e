"""What the stream stores about shelves and their outcomes."""

from django.db import models
from django.db.models import Q

from streaming.events.actions import Action


class Serving(models.Model):
    """A source of shelves. A rec_id names its row, so that an event can be traced back to it."""

    kind = models.CharField(max_length=40)
    strategy = models.CharField(max_length=40)
    model_version = models.CharField(max_length=40, blank=True)
    variant = models.ForeignKey("Variant", models.CASCADE, null=True, related_name="servings")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "strategy", "model_version", "variant"],
                name="serving_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.strategy}, {self.model_version or 'no model'}"


class Interaction(models.Model):
    """One event attributed to a shelf, stored as long as a purchase may still be credited to it.

    An article of an answer counts once for each kind of event, however often the event arrives; a
    purchase counts once for each event. `ts` is event time in ms. `owner` is the customer whom an
    anonymous `shopper` signed in as; for a purchase it is the buyer, and `shopper` is who touched
    the article. A purchase without `serving` is not credited yet.
    """

    event = models.CharField(max_length=64, primary_key=True)
    rec_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=10)
    serving = models.ForeignKey(Serving, models.CASCADE, db_index=False, null=True)
    shopper = models.CharField(max_length=33)
    owner = models.CharField(max_length=33, default="", db_default="")
    article = models.IntegerField()
    ts = models.BigIntegerField()
    price = models.FloatField(default=0.0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rec_id", "article", "kind"],
                name="interaction_once",
                condition=~Q(kind=Action.PURCHASE),
            )
        ]
        indexes = [
            models.Index(
                fields=["shopper", "article", "-ts"],
                name="interaction_touch",
                condition=Q(kind__in=[Action.CLICK, Action.BAG_ADD]),
            ),
            models.Index(
                fields=["owner", "article"], name="interaction_owner", condition=~Q(owner="")
            ),
            models.Index(fields=["ts"], name="interaction_ts"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.article}"


class SearchEvent(models.Model):
    """A counted search or click on a result, stored without the shopper as long as it may be sent
    again. `ts` is event time in ms."""

    event = models.CharField(max_length=64, primary_key=True)
    ts = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return self.event


COUNTED = ("impressions", "clicks", "bag_adds", "purchases", "revenue")


class Outcome(models.Model):
    """Totals of a serving on one day of event time. `revenue` is in the files' unit."""

    day = models.DateField()
    serving = models.ForeignKey(Serving, models.CASCADE, related_name="outcomes")
    impressions = models.BigIntegerField(default=0)
    clicks = models.BigIntegerField(default=0)
    bag_adds = models.BigIntegerField(default=0)
    purchases = models.BigIntegerField(default=0)
    revenue = models.FloatField(default=0.0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "serving"], name="outcome_once")]

    def __str__(self) -> str:
        return f"{self.serving} on {self.day}"


class Exposure(models.Model):
    """Totals of a variant for one shopper: the unit of analysis of experiments."""

    variant = models.ForeignKey("Variant", models.CASCADE, related_name="exposures")
    shopper = models.CharField(max_length=33)
    first_ts = models.BigIntegerField()
    impressions = models.IntegerField(default=0)
    clicks = models.IntegerField(default=0)
    bag_adds = models.IntegerField(default=0)
    purchases = models.IntegerField(default=0)
    revenue = models.FloatField(default=0.0)
    challenger_clicks = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["variant", "shopper"], name="exposure_once")]

    def __str__(self) -> str:
        return f"{self.shopper} in {self.variant}"


class AttributionFence(models.Model):
    """The next offset of a partition, advanced in the transaction that applies its events."""

    topic_id = models.CharField(max_length=64)
    partition = models.IntegerField()
    following = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic_id", "partition"], name="attribution_fence_once")
        ]

    def __str__(self) -> str:
        return f"{self.partition} goes on at {self.following}"
