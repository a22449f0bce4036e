"""Reading the catalogue over HTTP."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from catalog import models, navigation
from catalog.api.filters import ArticleFilter
from catalog.api.pagination import PlaceCursor
from catalog.api.problems import documented
from catalog.api.serializers import (
    ArticleCardSerializer,
    ArticleSerializer,
    MenuSerializer,
    TaxonomySerializer,
)
from catalog.models import Article
from catalog.querysets import ArticleQuerySet

TAXONOMY = {
    "index_groups": models.IndexGroup,
    "indexes": models.Index,
    "sections": models.Section,
    "garment_groups": models.GarmentGroup,
    "product_groups": models.ProductGroup,
    "product_types": models.ProductType,
    "departments": models.Department,
    "colours": models.Colour,
    "colour_values": models.ColourValue,
    "colour_masters": models.ColourMaster,
    "appearances": models.Appearance,
}
TAGS = ["catalogue"]
BAD_REQUEST = documented("The messages of each field that is wrong")
NOT_FOUND = documented("There is no such article")


class Reading(APIView):
    """Open to everybody, at the rate of reads."""

    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "reads"


class ArticleList(Reading, ListAPIView[Article]):
    """Articles, best-selling first, narrowed by any of the filters."""

    serializer_class = ArticleCardSerializer
    filterset_class = ArticleFilter
    pagination_class = PlaceCursor

    def get_queryset(self) -> ArticleQuerySet:
        return Article.objects.for_cards()

    @extend_schema(
        operation_id="articles_list",
        tags=TAGS,
        responses={200: ArticleCardSerializer(many=True), 400: BAD_REQUEST},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class ArticleDetail(Reading, RetrieveAPIView[Article]):
    """One article by its id: ten characters, or the same number without leading zeros."""

    serializer_class = ArticleSerializer

    def get_object(self) -> Article:
        key = key_of(self.kwargs["article_id"])
        article = Article.objects.for_detail().filter(pk=key).first() if key else None
        if article is None:
            raise NotFound(f"No article {self.kwargs['article_id'][:20]}.")
        return article

    @extend_schema(
        operation_id="articles_retrieve",
        tags=TAGS,
        parameters=[
            OpenApiParameter(
                "article_id", OpenApiTypes.STR, OpenApiParameter.PATH, pattern="^[0-9]{1,10}$"
            )
        ],
        responses={200: ArticleSerializer, 404: NOT_FOUND},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class Taxonomy(Reading):
    @extend_schema(operation_id="taxonomy", tags=TAGS, responses=TaxonomySerializer)
    def get(self, request: Request) -> Response:
        """The look-up tables."""
        tables = {name: model._default_manager.all() for name, model in TAXONOMY.items()}
        return Response(TaxonomySerializer(tables).data)


class Menu(Reading):
    @extend_schema(operation_id="menu", tags=TAGS, responses=MenuSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Index groups, their sections, garment groups and product types, with product counts."""
        return Response(MenuSerializer(navigation.menu(), many=True).data)


def key_of(article_id: str) -> int | None:
    """The key of an article id as a client may give it, or None for what cannot be one."""
    if not (article_id.isascii() and article_id.isdecimal() and len(article_id) <= 10):
        return None
    return int(article_id) if int(article_id) < 2**31 else None
