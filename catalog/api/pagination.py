"""Cursor pagination that stays stable: no article repeats or goes missing while a client pages."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Value
from rest_framework.request import Request
from rest_framework.views import APIView

from catalog.models import Article
from catalog.models.querysets import ArticleQuerySet
from catalog.models.sort_keys import article_of, as_bigint, packed, sort_key
from catalog.products import ProductCard, product_cards
from web.api.pagination import StrictCursorPagination

RANK_STEPS = 1_000_000
NOT_NARROWING = {"order", "cursor", "page_size", "fields"}


def with_sort_key(articles: ArticleQuerySet, order: str) -> ArticleQuerySet:
    """Annotate `sort_key`, by one of its ORDERS or by relevance (for a searched query set)."""
    if order == "relevance":
        rank = as_bigint(F("rank") * Value(float(RANK_STEPS)))
        return articles.annotate(sort_key=packed(rank, F("pk")))
    return articles.annotate(sort_key=sort_key(order, "summary__"))


class SortKeyCursor(StrictCursorPagination):
    """Pages of articles with a `sort_key`."""

    ordering = "-sort_key"

    def paginate_queryset(  # type: ignore[override]
        self, queryset: ArticleQuerySet, request: Request, view: APIView | None = None
    ) -> Sequence[Article | ProductCard] | None:
        """Keys and sort keys only, then load the page's articles."""
        rows: list[dict[str, int]] | None = super().paginate_queryset(
            self.sort_keys(queryset, request), request, view
        )
        return self.loaded(rows or [])

    def sort_keys(self, articles: ArticleQuerySet, request: Request) -> Any:
        return articles.values("pk", "sort_key")  # type: ignore[misc]

    def loaded(self, rows: Sequence[dict[str, int]]) -> Sequence[Article | ProductCard]:
        pks = [row["pk"] for row in rows]
        return list(Article.objects.in_order_of(pks).for_cards())


class ProductCursor(SortKeyCursor):
    """Pages of products. Each is sorted by its best article, which leads it."""

    ordering = "-best"

    def sort_keys(self, articles: ArticleQuerySet, request: Request) -> Any:
        """A filtered set of articles is grouped by product. For the whole catalogue that is slower
        than walking down the index and testing whether each article is its product's best."""
        if request.query_params.keys() - NOT_NARROWING:
            return articles.order_by().values("product").annotate(best=Max("sort_key"))
        better = articles.filter(  # type: ignore[misc]
            product=OuterRef("product"), sort_key__gt=OuterRef("sort_key")
        )
        return articles.filter(~Exists(better)).values("product").annotate(best=F("sort_key"))

    def loaded(self, rows: Sequence[dict[str, int]]) -> Sequence[Article | ProductCard]:
        return product_cards({row["product"]: article_of(row["best"]) for row in rows})
