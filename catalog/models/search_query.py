"""What shoppers search for, and which results they open."""

from django.db import models


class SearchQuery(models.Model):
    """Totals of a query, whoever searched for it: words in lower case without accents."""

    words = models.CharField(max_length=120, unique=True)
    searches = models.IntegerField(default=0)
    without_results = models.IntegerField(default=0)
    clicks = models.IntegerField(default=0)
    last_searched = models.DateField(db_index=True)

    class Meta:
        ordering = ["-searches", "words"]
        verbose_name_plural = "search queries"

    def __str__(self) -> str:
        return self.words


class SearchClick(models.Model):
    """How often a product was opened from the results of a query."""

    query = models.ForeignKey(SearchQuery, models.CASCADE, related_name="followed")
    product = models.IntegerField()
    clicks = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["query", "product"], name="search_click_once")
        ]

    def __str__(self) -> str:
        return f"{self.product} for {self.query}"


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
