"""The look-up tables of articles.csv. Their numbers are unique, their names aren't."""

from typing import Final

from django.db import models

from catalog.models.term_key import TermKey

# What H&M's files say in place of a name that is missing.
NAMELESS: Final = frozenset({"unknown", "undefined"})


def is_named(name: str) -> bool:
    """Whether shoppers may read the name: it isn't "Unknown" or "undefined"."""
    return name.lower() not in NAMELESS


def labels(terms: models.QuerySet["Term"]) -> dict[int, str]:
    """The names that shoppers may read, by number."""
    return {pk: name for pk, name in terms.values_list("pk", "name") if is_named(name)}


class Term(models.Model):
    """A named number. `id` is H&M's own; −1 means "unknown"."""

    id = models.IntegerField(primary_key=True)
    name = models.CharField(max_length=100)

    class Meta:
        abstract = True
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class ProductGroup(models.Model):
    """product_group_name, which has no number in the files."""

    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["name"], name="product_group_name_unique")]

    def __str__(self) -> str:
        return self.name


class ProductType(Term):
    """product_type_no."""

    group = TermKey(ProductGroup, models.PROTECT, related_name="types")


class Appearance(Term):
    """graphical_appearance_no: the pattern."""


class Colour(Term):
    """colour_group_code, as a number: 01 and 1 are the same colour."""


class ColourValue(Term):
    """perceived_colour_value_id: lightness or dustiness."""


class ColourMaster(Term):
    """perceived_colour_master_id: the colour as a shopper would name it."""


class IndexGroup(Term):
    """index_group_no: the audience (Ladieswear, Menswear, …)."""


class Index(models.Model):
    """index_code, a letter."""

    id = models.CharField(max_length=4, primary_key=True)
    name = models.CharField(max_length=100)
    group = TermKey(IndexGroup, models.PROTECT, related_name="indexes")

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "indexes"

    def __str__(self) -> str:
        return self.name


class Department(Term):
    """department_no."""


class Section(Term):
    """section_no."""


class GarmentGroup(Term):
    """garment_group_no."""
