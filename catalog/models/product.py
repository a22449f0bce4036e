"""Products, their articles (one per colour), and article summaries derived from sales."""

from django.db import models

from catalog.models import taxonomy
from catalog.models.querysets import ArticleQuerySet
from catalog.models.sort_keys import ORDERS, sort_key
from catalog.models.term_key import TermKey
from catalog.models.titles import title_of


class Product(models.Model):
    """product_code: one design, sold in one or more colours.

    `id` is the code as a number; `product_code` gives the seven characters of the files.
    """

    id = models.IntegerField(primary_key=True)

    def __str__(self) -> str:
        return self.product_code

    @property
    def product_code(self) -> str:
        return f"{self.pk:07d}"


class Article(models.Model):
    """One line of articles.csv.

    `id` is the article_id as a number: keys need no look-up and take four bytes per transaction.
    `article_id` formats it as the files' ten characters. Attributes belong to the article, because
    they may differ between the articles of one product.
    """

    id = models.IntegerField(primary_key=True)
    product = models.ForeignKey(Product, models.CASCADE, related_name="articles")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    product_type = TermKey(taxonomy.ProductType, models.PROTECT)
    appearance = TermKey(taxonomy.Appearance, models.PROTECT)
    colour = TermKey(taxonomy.Colour, models.PROTECT)
    colour_value = TermKey(taxonomy.ColourValue, models.PROTECT)
    colour_master = TermKey(taxonomy.ColourMaster, models.PROTECT)
    department = TermKey(taxonomy.Department, models.PROTECT)
    index = TermKey(taxonomy.Index, models.PROTECT)
    section = TermKey(taxonomy.Section, models.PROTECT)
    garment_group = TermKey(taxonomy.GarmentGroup, models.PROTECT)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["index", "section", "garment_group", "product_type"],
                name="article_navigation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.article_id})"

    @property
    def article_id(self) -> str:
        return f"{self.pk:010d}"

    @property
    def title(self) -> str:
        """The name as shown on pages."""
        return title_of(self.name)


class ArticleSummary(models.Model):
    """Per-article figures from the transactions, computed at the end of an ingest.

    `price` is in the files' unit (× PRICE_UNIT is money): the last one paid; for an article never
    sold the median of its product, else of its type (`price_is_estimated`). `units_recent` counts
    the last 28 days of the data.
    """

    article = models.OneToOneField(
        Article, models.CASCADE, primary_key=True, related_name="summary", db_index=False
    )
    price = models.FloatField()
    price_is_estimated = models.BooleanField()
    units = models.PositiveIntegerField()
    units_recent = models.PositiveIntegerField()
    first_sold = models.DateField(null=True)
    last_sold = models.DateField(null=True)
    has_picture = models.BooleanField()

    class Meta:
        verbose_name_plural = "article summaries"
        constraints = [
            models.CheckConstraint(condition=models.Q(price__gt=0), name="summary_price_positive"),
        ]
        indexes = [
            models.Index(fields=["-units_recent"], name="summary_popular"),
            models.Index(fields=["-first_sold"], name="summary_newest"),
            *[
                models.Index(sort_key(order), name=f"summary_place_{name}")
                for name, order in zip(("popular", "newest", "cheap", "dear"), ORDERS, strict=True)
            ],
        ]

    def __str__(self) -> str:
        return f"{self.article_id:010d}: {self.units} sold"


class ArticleWeek(models.Model):
    """An article's sales in one week, from Monday, among the rows that one transaction of the
    ingest loaded: several such parts of a week add up.

    `id` and `price` are those of the last sale, `spent` is the sum of prices.
    """

    pk = models.CompositePrimaryKey("article_id", "id")
    id = models.BigIntegerField()
    # Checked where the sales are: as a constraint it would be checked row by row.
    article = models.ForeignKey(
        Article, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    units = models.PositiveIntegerField()
    spent = models.FloatField()
    first_sold = models.DateField()
    last_sold = models.DateField()
    price = models.FloatField()

    def __str__(self) -> str:
        return f"{self.article_id:010d}: {self.units} sold until {self.last_sold}"
