"""GET /api/v1/models/: the training runs, for keys with the scope and for the data role."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.keys import HasScope
from catalog.models.api_key import Scope
from recommendations.bundle.models import ModelVersion
from web.api.pagination import StrictCursorPagination
from web.api.problems import documented
from web.api.quotas import Limited

TAGS = ["operations"]
REFUSED = {403: documented("Neither a models:read key nor a user who may see model versions")}
Free = {"type": "object", "additionalProperties": True}


@extend_schema_field(Free)
class FreeField(serializers.JSONField):
    """An object whose members vary between models."""


class ModelVersionSerializer(serializers.ModelSerializer[ModelVersion]):
    url = serializers.HyperlinkedIdentityField("api-model", lookup_field="version")
    metrics = FreeField()

    class Meta:
        model = ModelVersion
        fields: tuple[str, ...] = (
            "version", "url", "created_at", "as_of", "status", "is_active", "metrics", "error",
        )  # fmt: skip


class ModelVersionDetailSerializer(ModelVersionSerializer):
    manifest = FreeField(help_text="Contents of the bundle: files, sizes, checksums, settings.")

    class Meta(ModelVersionSerializer.Meta):
        fields = (*ModelVersionSerializer.Meta.fields, "manifest")


class VersionFilter(filters.FilterSet):
    class Meta:
        model = ModelVersion
        fields = ("status", "is_active")


class Versions(Limited, GenericAPIView[ModelVersion]):
    permission_classes = [HasScope]
    scope = Scope.MODELS
    permission = "recommendations.view_modelversion"
    queryset = ModelVersion.objects.all()


class ModelVersionList(Versions, ListAPIView[ModelVersion]):
    """Training runs, the newest first."""

    serializer_class = ModelVersionSerializer
    filterset_class = VersionFilter
    pagination_class = StrictCursorPagination

    @extend_schema(
        operation_id="models_list",
        tags=TAGS,
        responses={
            200: ModelVersionSerializer(many=True),
            400: documented("The messages of each field that is wrong"),
            **REFUSED,
        },
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)


class ModelVersionDetail(Versions, RetrieveAPIView[ModelVersion]):
    """One training run with its manifest."""

    serializer_class = ModelVersionDetailSerializer
    lookup_field = "version"

    @extend_schema(
        operation_id="models_retrieve",
        tags=TAGS,
        responses={
            200: ModelVersionDetailSerializer,
            404: documented("There is no such version"),
            **REFUSED,
        },
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)
