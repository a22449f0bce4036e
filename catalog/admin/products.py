"""Products and articles, with their pictures."""

from datetime import date
from typing import cast

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.admin.base import (
    EstimatingPaginator,
    ReadOnlyAdmin,
    link_to,
    link_to_list,
    money_text,
    pictures,
    table,
    thumbnail,
)
from catalog.admin.filters import IndexGroupFilter, SelectFilter
from catalog.models import Article, Product, Transaction
from catalog.models.querysets import ArticleQuerySet
from catalog.search.ranking import find

LARGE = 240


@admin.register(Article)
class ArticleAdmin(ReadOnlyAdmin[Article]):
    paginator = EstimatingPaginator
    search_fields = ("name",)  # shows the search box; get_search_results searches
    search_help_text = "Words of the name or description, an article id or a product code"
    list_display = (
        "picture", "name", "article_id", "price", "sold_recently", "colour", "product_type",
        "in_shop",
    )  # fmt: skip
    list_display_links = ("picture", "name")
    list_filter = (
        ("index__group", IndexGroupFilter), "summary__has_picture", ("garment_group", SelectFilter),
        ("product_type", SelectFilter), ("colour", SelectFilter), ("section", SelectFilter),
    )  # fmt: skip
    ordering = ("-summary__units_recent", "pk")
    fieldsets = (
        (None, {"fields": ("large_picture", "name", "description")}),
        ("Numbers", {"fields": ("article_id", "product", "price", "bought", "sold_recently")}),
        ("Sold", {"fields": ("first_sold", "last_sold")}),
        (
            "Taxonomy",
            {
                "fields": (
                    ("index", "section", "department"),
                    ("garment_group", "product_type"),
                    ("colour", "colour_value", "colour_master", "appearance"),
                )
            },
        ),
        ("Other colours", {"fields": ("variants",)}),
    )

    def get_queryset(self, request: HttpRequest) -> ArticleQuerySet:
        return cast("ArticleQuerySet", super().get_queryset(request)).for_cards()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Article], search_term: str
    ) -> tuple[QuerySet[Article], bool]:
        """Uses the shop's search, which is indexed."""
        if not search_term.strip():
            return queryset, False
        return find(search_term, cast("ArticleQuerySet", queryset)), False

    @admin.display(description="")
    def picture(self, article: Article) -> SafeString:
        return thumbnail(article.pk, article.name)

    @admin.display(description="Picture")
    def large_picture(self, article: Article) -> SafeString:
        return thumbnail(article.pk, article.name, LARGE)

    @admin.display(description="Article id", ordering="pk")
    def article_id(self, article: Article) -> str:
        return article.article_id

    @admin.display(description="")
    def in_shop(self, article: Article) -> SafeString:
        return shop_link(article)

    @admin.display(description="Price", ordering="summary__price")
    def price(self, article: Article) -> str:
        return price_text(article)

    @admin.display(description="Sold, 28 days", ordering="summary__units_recent")
    def sold_recently(self, article: Article) -> int:
        return article.summary.units_recent

    @admin.display(description="Sold")
    def bought(self, article: Article) -> SafeString:
        if (last := article.summary.last_sold) is None:
            return format_html("{}", 0)
        text = f"{article.summary.units} (show the last month's)"
        return link_to_list(Transaction, text, article=article.pk, month=f"{last:%Y-%m}")

    @admin.display(description="First sold")
    def first_sold(self, article: Article) -> date | None:
        return article.summary.first_sold

    @admin.display(description="Last sold")
    def last_sold(self, article: Article) -> date | None:
        return article.summary.last_sold

    @admin.display(description="Articles of this product")
    def variants(self, article: Article) -> SafeString:
        return pictures(Article.objects.filter(product=article.product_id).popular().for_cards())


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin[Product]):
    paginator = EstimatingPaginator
    search_fields = ("pk",)
    search_help_text = "Words of the name or description, a product code or an article id"
    list_display = ("article_links", "name", "code", "number")
    list_display_links = ("name", "code")
    ordering = ("-pk",)
    fields = ("code", "every_article")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        articles = Article.objects.popular().for_cards()
        return super().get_queryset(request).prefetch_related(Prefetch("articles", articles))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        if not search_term.strip():
            return queryset, False
        found = find(search_term, Article.objects.all()).order_by()
        return queryset.filter(pk__in=found.values("product")), False

    @admin.display(description="")
    def article_links(self, product: Product) -> SafeString:
        return pictures(list(product.articles.all())[:5])

    @admin.display(description="Name")
    def name(self, product: Product) -> str:
        return next((article.name for article in product.articles.all()), "")

    @admin.display(description="Product code", ordering="pk")
    def code(self, product: Product) -> str:
        return product.product_code

    @admin.display(description="Articles")
    def number(self, product: Product) -> int:
        return len(product.articles.all())

    @admin.display(description="Articles")
    def every_article(self, product: Product) -> SafeString:
        return table(
            (
                thumbnail(article.pk, article.name),
                link_to(article),
                article.colour,
                price_text(article),
                f"{article.summary.units} sold",
                shop_link(article),
            )
            for article in product.articles.all()
        )


def shop_link(article: Article) -> SafeString:
    return format_html(
        '<a href="{}">view in shop</a>', reverse("product", args=[article.article_id])
    )


def price_text(article: Article) -> str:
    estimated = " (estimated)" if article.summary.price_is_estimated else ""
    return f"{money_text(article.summary.price)}{estimated}"
