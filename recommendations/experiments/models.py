"""Experiments: a share of the shoppers, split between variants, on some kinds of shelf."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from recommendations.experiments.strategies import EXPERIMENTABLE, OUTFIT, read, strategies_of

BUCKETS = 1000


class Layer(models.Model):
    """Divides the shoppers between experiments: each is in at most one experiment per layer."""

    name = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.name


class ExperimentQuerySet(models.QuerySet["Experiment"]):
    def running(self) -> "ExperimentQuerySet":
        return self.filter(status=Experiment.Status.RUNNING)


class Experiment(models.Model):
    """`first_bucket` to `last_bucket` of the layer's BUCKETS belong to it; of the shoppers in them
    `ramp` percent take part. The assignment is stable, and raising `ramp` removes nobody."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        RUNNING = "running"
        STOPPED = "stopped"

    class Metric(models.TextChoices):
        CLICKS = "clicks", "clicks per shopper"
        PURCHASES = "purchases", "purchases per shopper"
        REVENUE = "revenue", "revenue per shopper"

    name = models.CharField(max_length=60, unique=True)
    layer = models.ForeignKey(Layer, models.PROTECT, related_name="experiments")
    kinds = ArrayField(
        models.CharField(max_length=40),
        help_text="kinds of shelf, such as for-you, comma-separated",
    )
    first_bucket = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(BUCKETS - 1)]
    )
    last_bucket = models.PositiveSmallIntegerField(
        default=BUCKETS - 1, validators=[MaxValueValidator(BUCKETS - 1)]
    )
    ramp = models.PositiveSmallIntegerField(
        default=100, validators=[MaxValueValidator(100)], help_text="percentage of the shoppers"
    )
    metric = models.CharField(max_length=10, choices=Metric, default=Metric.CLICKS)
    guardrail = models.PositiveSmallIntegerField(
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="stops once a variant is significantly this percentage below the control",
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    stopped_at = models.DateTimeField(null=True, editable=False)
    stopped_why = models.CharField(max_length=200, blank=True, editable=False)

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_bucket__lte=models.F("last_bucket")),
                name="experiment_has_buckets",
                violation_error_message="The first bucket comes after the last.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if unknown := set(self.kinds or ()) - set(EXPERIMENTABLE):
            raise ValidationError(
                {"kinds": f"Unknown kind of shelf: {', '.join(sorted(unknown))}."}
            )

    def start(self) -> None:
        """Raise ValidationError if it overlaps a running one or allows no fair comparison."""
        self.check_startable()
        self.status, self.started_at = Experiment.Status.RUNNING, timezone.now()
        self.stopped_at, self.stopped_why = None, ""
        self.save()

    def stop(self, why: str = "") -> None:
        self.status, self.stopped_at, self.stopped_why = (
            Experiment.Status.STOPPED, timezone.now(), why[:200]
        )  # fmt: skip
        self.save()

    def check_startable(self) -> None:
        variants = list(self.variants.all())
        if len(variants) < 2 or sum(v.is_control for v in variants) != 1:
            raise ValidationError(
                "An experiment needs two or more variants, exactly one of them the control."
            )
        for variant in variants:
            for kind in self.kinds:
                variant.check_serves(kind)
        for other in Experiment.objects.running().exclude(pk=self.pk).select_related("layer"):
            self._check_beside(other)

    def _check_beside(self, other: "Experiment") -> None:
        if other.layer_id == self.layer_id:
            apart = self.last_bucket < other.first_bucket or other.last_bucket < self.first_bucket
            if not apart:
                raise ValidationError(
                    f"{other} already uses some of these buckets of {self.layer}."
                )
        elif shared := set(self.kinds) & set(other.kinds):
            raise ValidationError(
                f"{other} of layer {other.layer} runs on {', '.join(sorted(shared))}:"
                " experiments on one kind belong into one layer."
            )


class Variant(models.Model):
    """One variant of an experiment; the control's parameters are usually empty."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="variants")
    name = models.CharField(max_length=40)
    is_control = models.BooleanField(default=False)
    weight = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    parameters = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["experiment", "name"], name="variant_name_once")
        ]

    def __str__(self) -> str:
        return f"{self.experiment}: {self.name}"

    def clean(self) -> None:
        super().clean()
        try:
            read(self.parameters)
        except ValueError as error:
            raise ValidationError({"parameters": str(error)}) from error

    def check_serves(self, kind: str) -> None:
        """Raise ValidationError if its parameters are invalid for this kind of shelf."""
        parameters, known = read(self.parameters), strategies_of(kind)
        if parameters.strategy not in known:
            raise ValidationError(
                f"{self.name}: choose a strategy for {kind} from {', '.join(known)}."
            )
        if parameters.interleave and kind == OUTFIT:
            raise ValidationError(f"{self.name}: outfits can't be interleaved.")
