from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from streaming import clock
from streaming.api.serializers import (
    EVENTS,
    EXAMPLES,
    MAX_EVENTS,
    AcceptedSerializer,
    EventSerializer,
    to_event,
    unknown_articles,
)
from streaming.identity.shoppers import shopper_of
from streaming.producers import producer
from web.api.problems import documented
from web.api.quotas import Limited


class Events(Limited):
    """What the session's shopper did: one event or a list of up to a hundred."""

    throttle_scope = "events"

    @extend_schema(
        operation_id="events_create",
        tags=["events"],
        request={"application/json": EVENTS},
        examples=[OpenApiExample("Two events", EXAMPLES, request_only=True)],
        responses={
            202: AcceptedSerializer,
            400: documented("The messages of each field that is wrong"),
        },
    )
    def post(self, request: Request) -> Response:
        shopper, now = shopper_of(request._request), clock.now_ms()
        accepted = [to_event(data, shopper, now) for data in _validated(request.data)]
        producer.publish(*accepted)
        answer = AcceptedSerializer({"ids": [event.id for event in accepted]})
        return Response(answer.data, status=status.HTTP_202_ACCEPTED)


def _validated(body: object) -> list[dict[str, object]]:
    """The events' data; raise ValidationError, by place where the body is a list."""
    many = isinstance(body, list)
    events = body if isinstance(body, list) else [body]
    if not 1 <= len(events) <= MAX_EVENTS:
        raise serializers.ValidationError(f"Between 1 and {MAX_EVENTS} events at a time.")
    checked = EventSerializer(data=events, many=True)
    errors: Any = unknown_articles(checked.validated_data) if checked.is_valid() else checked.errors
    if errors:
        raise serializers.ValidationError(errors if many else errors[0])
    return list(checked.validated_data)
