"""Every API error is a problem document (RFC 9457), written here.

Members: `type`, `title`, `status`, `detail`, `instance`, and for invalid fields `errors`: messages
by field, or by list index and field.
"""

from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpResponse, JsonResponse
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from web.json_types import Json

CONTENT_TYPE = "application/problem+json"


class TooLargeError(APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."
    default_code = "too_large"


class ProblemSerializer(serializers.Serializer[object]):
    """An error in the format of RFC 9457."""

    type = serializers.CharField(help_text="Always about:blank: the status identifies the problem.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="Path of the request.")
    errors = serializers.JSONField(  # type: ignore[assignment]
        required=False, help_text="Messages by field, for validation errors."
    )


def documented(meaning: str) -> OpenApiResponse:
    return OpenApiResponse(ProblemSerializer, meaning)


def body_of(status: int, detail: str, path: str) -> dict[str, object]:
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": path,
    }


def problem_of(error: APIException, path: str) -> dict[str, object]:
    """The body for a REST framework error, with `errors` where it names fields."""
    said = error.detail
    if isinstance(said, str):
        return body_of(error.status_code, str(said), path)
    missing = error.status_code == HTTPStatus.NOT_FOUND
    detail = "Not found." if missing else "The request is not valid."
    errors = said if isinstance(said, dict) else {"body": said}
    return body_of(error.status_code, detail, path) | {"errors": errors}


def handle(error: Exception, context: Json) -> Response | None:
    """REST framework's exception handler; None for server errors."""
    if isinstance(error, SuspiciousOperation):  # Django's own limits
        error = TooLargeError() if isinstance(error, RequestDataTooBig) else ParseError()
    response = exception_handler(error, context)
    if response is None:
        return None
    path = context["request"].path
    if isinstance(error, APIException):
        response.data = problem_of(error, path)
    else:  # Django's Http404 or PermissionDenied
        response.data = body_of(response.status_code, str(response.data["detail"]), path)
    response.content_type = CONTENT_TYPE
    return response


def problem(status: int, detail: str, path: str, headers: dict[str, str] | None) -> HttpResponse:
    """A problem response outside REST framework's views."""
    body = body_of(status, detail, path)
    return JsonResponse(body, status=status, headers=headers, content_type=CONTENT_TYPE)
