"""Operators' additions to the search vocabulary."""

from django.db import models


class SearchSynonym(models.Model):
    """A phrase that shoppers use, and the phrase that search replaces it with: "moon boots" by
    "padded winter boots"."""

    words = models.CharField(max_length=60, unique=True, help_text="What shoppers type.")
    means = models.CharField(
        max_length=120, help_text="What is searched for in its place, in words search understands."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["words"]

    def __str__(self) -> str:
        return f"{self.words} → {self.means}"
