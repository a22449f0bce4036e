"""Read-only endpoints of the catalogue."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import models, navigation
from catalog.api.conditional import not_modified_unless_changed
from catalog.api.filters import ArticleFilter
from catalog.api.pagination import ProductCursor, SortKeyCursor
from catalog.api.serializers import (
    ArticleCardSerializer,
    ArticleSerializer,
    MenuSerializer,
    ProductSerializer,
    TaxonomySerializer,
)
from catalog.models import Article
from catalog.models.querysets import ArticleQuerySet
from catalog.products import ProductCard, product_card
from catalog.quantities import key_of
from web.api.problems import documented
from web.api.quotas import Limited
from web.api.sparse import FIELDS, SparseSerializer, chosen_fields
from web.requests.conditional import Get

TAXONOMY = {
    "index_groups": models.IndexGroup, "indexes": models.Index, "sections": models.Section,
    "garment_groups": models.GarmentGroup, "product_groups": models.ProductGroup,
    "product_types": models.ProductType, "departments": models.Department, "colours": models.Colour,
    "colour_values": models.ColourValue, "colour_masters": models.ColourMaster,
    "appearances": models.Appearance,
}  # fmt: skip
TAGS = ["catalogue"]
BAD_REQUEST = documented("The messages of each field that is wrong")
NOT_FOUND = documented("Not found")


def number(name: str, digits: int) -> OpenApiParameter:
    pattern = f"^[0-9]{{1,{digits}}}$"
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.PATH, pattern=pattern)


def described(get: Get, **schema: Any) -> Get:
    """A view's `get` with its description and an ETag."""
    return extend_schema(tags=TAGS, **schema)(not_modified_unless_changed(get))


class SparseView(Limited, GenericAPIView[Any]):
    """An endpoint with sparse fieldsets."""

    serializer_class: type[SparseSerializer]

    def get_serializer_context(self) -> dict[str, object]:
        chosen = chosen_fields(self.request, self.serializer_class)
        return {**super().get_serializer_context(), FIELDS: chosen}


class ArticleList(SparseView, ListAPIView[Article]):
    """Articles, best-selling first, narrowed by any of the filters."""

    serializer_class = ArticleCardSerializer
    filterset_class = ArticleFilter
    pagination_class = SortKeyCursor

    def get_queryset(self) -> ArticleQuerySet:
        return Article.objects.for_cards()

    get = described(
        ListAPIView.get,
        operation_id="articles_list",
        parameters=[ArticleCardSerializer.parameter()],
        responses={200: ArticleCardSerializer(many=True), 400: BAD_REQUEST},
    )


class ArticleDetail(SparseView, RetrieveAPIView[Article]):
    """One article by its id: ten characters, or the same number without leading zeros."""

    serializer_class = ArticleSerializer

    def get_object(self) -> Article:
        key = key_of(self.kwargs["article_id"])
        article = Article.objects.for_detail().filter(pk=key).first() if key else None
        if article is None:
            raise NotFound(f"No article {self.kwargs['article_id'][:20]}.")
        return article

    get = described(
        RetrieveAPIView.get,
        operation_id="articles_retrieve",
        parameters=[number("article_id", 10), ArticleSerializer.parameter()],
        responses={200: ArticleSerializer, 400: BAD_REQUEST, 404: NOT_FOUND},
    )


class ProductList(SparseView, ListAPIView[Article]):
    """Products with an article that the filters let through, in the order of their best one."""

    serializer_class = ProductSerializer
    filterset_class = ArticleFilter
    pagination_class = ProductCursor

    def get_queryset(self) -> ArticleQuerySet:
        return Article.objects.filter(summary__isnull=False)

    get = described(
        ListAPIView.get,
        operation_id="products_list",
        parameters=[ProductSerializer.parameter()],
        responses={200: ProductSerializer(many=True), 400: BAD_REQUEST},
    )


class ProductDetail(SparseView, RetrieveAPIView[Any]):
    """One product by its code: seven characters, or the same number without leading zeros."""

    serializer_class = ProductSerializer

    def get_object(self) -> ProductCard:
        key = key_of(self.kwargs["product_code"])
        product = None if key is None else product_card(key)
        if product is None:
            raise NotFound(f"No product {self.kwargs['product_code'][:20]}.")
        return product

    get = described(
        RetrieveAPIView.get,
        operation_id="products_retrieve",
        parameters=[number("product_code", 7), ProductSerializer.parameter()],
        responses={200: ProductSerializer, 400: BAD_REQUEST, 404: NOT_FOUND},
    )


class Taxonomy(Limited):
    @extend_schema(operation_id="taxonomy", tags=TAGS, responses=TaxonomySerializer)
    @not_modified_unless_changed
    def get(self, request: Request) -> Response:
        """The look-up tables."""
        tables = {name: model._default_manager.all() for name, model in TAXONOMY.items()}
        return Response(TaxonomySerializer(tables).data)


class Menu(Limited):
    @extend_schema(operation_id="menu", tags=TAGS, responses=MenuSerializer(many=True))
    @not_modified_unless_changed
    def get(self, request: Request) -> Response:
        """Index groups, their sections, garment groups and product types, with product counts."""
        return Response(MenuSerializer(navigation.menu(), many=True).data)
