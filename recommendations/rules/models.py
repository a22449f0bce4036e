"""A rule: what it does, to which articles, on which shelves, for whom and when."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from catalog.models import Article
from recommendations.recommenders.recommenders import RECOMMENDERS


class RuleQuerySet(models.QuerySet["Rule"]):
    def at(self, moment: datetime) -> "RuleQuerySet":
        """Rules that are enabled and within their period."""
        begun = Q(starts_at__isnull=True) | Q(starts_at__lte=moment)
        unended = Q(ends_at__isnull=True) | Q(ends_at__gt=moment)
        return self.filter(begun, unended, is_on=True)


class Rule(models.Model):
    class Action(models.TextChoices):
        PIN = "pin", "pin to a place"
        BOOST = "boost", "boost by a factor"
        BURY = "bury", "bury by a factor"
        EXCLUDE = "exclude", "leave out"
        CAP = "cap", "at most so many"

    class Target(models.TextChoices):
        """Named after the article's column that holds the number."""

        ARTICLE = "id", "article"
        PRODUCT = "product_id", "product"
        TYPE = "product_type_id", "product type"
        GARMENT_GROUP = "garment_group_id", "garment group"
        DEPARTMENT = "department_id", "department"
        SECTION = "section_id", "section"
        COLOUR = "colour_id", "colour"

    class Audience(models.TextChoices):
        EVERYBODY = "", "everybody"
        CUSTOMERS = "c", "known customers"
        ANONYMOUS = "a", "shoppers not known yet"

    name = models.CharField(max_length=80, unique=True)
    action = models.CharField(max_length=10, choices=Action)
    target = models.CharField(max_length=20, choices=Target)
    number = models.IntegerField(
        null=True,
        blank=True,
        help_text="of the article, product, type, department …; a cap without one applies to each",
    )
    amount = models.FloatField(
        default=1.0,
        validators=[MinValueValidator(1.0), MaxValueValidator(100.0)],
        help_text="position from 1, factor, or maximum number; unused for “leave out”",
    )
    kinds = ArrayField(
        models.CharField(max_length=40),
        blank=True,
        default=list,
        help_text="kinds of shelf, such as for-you, comma-separated; empty for all",
    )
    audience = models.CharField(max_length=1, choices=Audience, blank=True)
    index_group = models.IntegerField(
        null=True, blank=True, help_text="only on shelves of this index group"
    )
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    is_on = models.BooleanField(default=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Reject invalid rules, naming the field, so that none is ever stored."""
        super().clean()
        if unknown := set(self.kinds) - RECOMMENDERS.keys():
            raise ValidationError(
                {"kinds": f"Unknown kind of shelf: {', '.join(sorted(unknown))}."}
            )
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": "It ends before it starts."})
        if self.action in (Rule.Action.PIN, Rule.Action.CAP) and self.amount % 1:
            raise ValidationError(
                {"amount": "A position or a number of articles must be a whole number."}
            )
        self._check_target()

    def _check_target(self) -> None:
        if self.action == Rule.Action.PIN and self.target != Rule.Target.ARTICLE:
            raise ValidationError({"target": "Only an article can be pinned."})
        if self.number is None and self.action != Rule.Action.CAP:
            raise ValidationError({"number": "This field is required."})
        if self.number is not None and not self.articles().exists():
            raise ValidationError({"number": f"No article has this {self.get_target_display()}."})

    def articles(self) -> models.QuerySet[Article]:
        """The catalogue's articles that the rule matches."""
        found = Article.objects.all()
        return found if self.number is None else found.filter(**{self.target: self.number})
