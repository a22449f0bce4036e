"""GET /api/v1/status/: the pipeline page's figures for programs."""

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.keys import has_scope
from catalog.models.api_key import Scope
from storefront.operations import pipeline
from web.api.problems import documented
from web.api.quotas import Limited


class CheckSerializer(serializers.Serializer[object]):
    name = serializers.CharField()
    hard = serializers.BooleanField(help_text="Every page needs it.")
    up = serializers.BooleanField()
    ms = serializers.FloatField()
    error = serializers.CharField(help_text="Type of the failure; empty if it is up.")


class PartitionSerializer(serializers.Serializer[object]):
    position = serializers.IntegerField(help_text="Next offset to process.")
    end = serializers.IntegerField(allow_null=True)
    lag = serializers.IntegerField(allow_null=True)


class WorkerSerializer(serializers.Serializer[object]):
    worker = serializers.CharField()
    state = serializers.CharField()
    heartbeat_ms = serializers.IntegerField(
        help_text="Time of the last heartbeat, in milliseconds since 1970."
    )
    lag = serializers.IntegerField(help_text="Events not processed yet.")
    behind_ms = serializers.IntegerField()
    partitions = serializers.DictField(child=PartitionSerializer())
    events = serializers.IntegerField(help_text="Events processed since its start.")
    events_per_s = serializers.FloatField()
    delay_p50_ms = serializers.FloatField(allow_null=True)
    delay_p99_ms = serializers.FloatField(allow_null=True)
    dead = serializers.IntegerField(help_text="Messages it moved to the dead-letter topic.")


class StoreSerializer(serializers.Serializer[object]):
    keys = serializers.IntegerField()
    bytes = serializers.IntegerField()


class IngestSerializer(serializers.Serializer[object]):
    status = serializers.CharField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ModelSerializer(serializers.Serializer[object]):
    version = serializers.CharField()
    as_of = serializers.DateField(allow_null=True)
    created_at = serializers.DateTimeField()


class StatusSerializer(serializers.Serializer[object]):
    checks = CheckSerializer(many=True)
    lag = serializers.IntegerField(help_text="Events not processed yet, over all workers.")
    events_per_s = serializers.FloatField()
    dead = serializers.IntegerField()
    slowest_ms = serializers.FloatField(
        source="delay_p99_ms",
        allow_null=True,
        help_text="The worst worker's p99 from accepted event to features.",
    )
    workers = WorkerSerializer(many=True, help_text="Empty while Redis is unavailable.")
    store = StoreSerializer(allow_null=True)
    in_outbox = serializers.IntegerField(help_text="Purchases not yet sent to Kafka.")
    spooled_bytes = serializers.IntegerField(
        help_text="Size of the events waiting for Kafka, in bytes."
    )
    ingest = IngestSerializer(allow_null=True)
    model = ModelSerializer(allow_null=True)


class SeesPipeline(BasePermission):
    """Like the pipeline page: staff, and everybody in the demo; also keys with the scope."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return settings.DEMO or request.user.is_staff or has_scope(request, Scope.STATUS)


class Status(Limited):
    """Services, stream, feature store, last ingest and active model, as they are now."""

    permission_classes = [SeesPipeline]

    @extend_schema(
        operation_id="status",
        tags=["operations"],
        responses={
            200: StatusSerializer,
            403: documented("Needs an API key with status:read, or a staff session"),
        },
    )
    def get(self, request: Request) -> Response:
        return Response(StatusSerializer(pipeline.pipeline()).data)
