"""POST /api/v1/search/photo/: the articles that look most like an uploaded picture."""

from typing import Any, Final

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from PIL import Image
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.fields import ArticleIdField
from catalog.quantities import MAX_KEY
from recommendations.bundle import registry
from recommendations.bundle.reader import Bundle
from recommendations.outfits.slots import slots
from recommendations.vision.pictures import PictureError, TooLargeError, opened
from recommendations.vision.search import SMALLEST_SIDE, WHOLE, Alike, Box, alike, pieces, ready
from web.api.problems import TooLargeError as TooLargeProblem
from web.api.problems import documented
from web.api.quotas import Limited
from web.requests.uploads import MAX_BYTES, keep_in_memory

MAX_ARTICLES: Final = 48


class NotReadyError(APIException):
    status_code = 503
    default_detail = "Search by photo is not set up: the shop has no vectors of its pictures."
    default_code = "not_ready"


class BoxField(serializers.CharField):
    """Four fractions of the picture's sides, as in 0.1,0.2,0.9,0.8."""

    def to_internal_value(self, data: Any) -> Box:  # type: ignore[override]
        parts = super().to_internal_value(data).split(",")
        try:
            box = Box(*map(float, parts))
        except (TypeError, ValueError) as error:
            raise ValidationError("Expected four numbers: left,top,right,bottom.") from error
        if not box.is_usable:
            raise ValidationError(
                f"Shares from 0 to 1, left before right and top before bottom, each side "
                f"{SMALLEST_SIDE} at least."
            )
        return box


class PhotoQuery(serializers.Serializer[dict[str, object]]):
    picture = serializers.FileField(
        help_text=f"JPEG, PNG or WebP, at most {MAX_BYTES // 1_000_000} MB and 40 megapixels. "
        "It is looked at and forgotten."
    )
    box = BoxField(
        required=False,
        help_text="Region to search by: left,top,right,bottom as fractions of the picture's sides.",
    )
    index_group = serializers.IntegerField(
        required=False,
        min_value=-1,
        max_value=MAX_KEY,
        help_text="Return only articles of this audience.",
    )
    look = serializers.BooleanField(
        default=False, help_text="Also find the pieces of a look, slot by slot."
    )
    k = serializers.IntegerField(default=12, min_value=1, max_value=MAX_ARTICLES)


class AlikeSerializer(serializers.Serializer[object]):
    article = ArticleIdField()
    score = serializers.FloatField(help_text="Visual similarity, at most 1.")


class LookPartSerializer(serializers.Serializer[object]):
    slot = serializers.CharField()
    box = serializers.ListField(child=serializers.FloatField())
    items = AlikeSerializer(many=True)


class PhotoSerializer(serializers.Serializer[object]):
    model_version = serializers.CharField()
    items = AlikeSerializer(many=True)
    parts = LookPartSerializer(
        many=True, help_text="With `look`: what was recognised in each slot."
    )


class PhotoView(Limited):
    """The articles on sale that look most like a picture. Nothing of the picture is kept."""

    throttle_scope = "photos"
    parser_classes = [MultiPartParser]

    def initialize_request(self, request: HttpRequest, *args: object, **kwargs: object) -> Request:
        keep_in_memory(request)
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(
        operation_id="search_photo",
        summary="Search by photo",
        request={"multipart/form-data": PhotoQuery},
        responses={
            200: PhotoSerializer,
            400: documented("The file is not a picture, or a field is wrong"),
            413: documented("Too many bytes or pixels"),
            503: documented("The shop has no vectors of its pictures"),
        },
        tags=["search"],
    )
    def post(self, request: Request) -> Response:
        query = PhotoQuery(data=request.data)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        bundle = registry.active()
        if bundle is None or not ready(bundle):
            raise NotReadyError
        picture = asked.get("box", WHOLE).of(picture_of(asked["picture"].read()))
        group, k = asked.get("index_group"), asked["k"]
        found = alike(bundle, picture, group, k)
        parts = pieces(bundle, picture, group, k) if asked["look"] else []
        return Response(
            {
                "model_version": bundle.version,
                "items": photo_body(bundle, found),
                "parts": [
                    {
                        "slot": slots().names[part.slot],
                        "box": list(part.box),
                        "items": photo_body(bundle, part.found),
                    }
                    for part in parts
                ],
            }
        )


def picture_of(content: bytes) -> Image.Image:
    """The uploaded picture. Raise the API's error if it can't be decoded."""
    try:
        return opened(content)
    except TooLargeError as error:
        raise TooLargeProblem(str(error)) from error
    except PictureError as error:
        raise ValidationError({"picture": [f"{error}.".capitalize()]}) from error


def photo_body(bundle: Bundle, found: Alike) -> list[dict[str, object]]:
    pairs = zip(bundle.article[found.rows].tolist(), found.scores.tolist(), strict=True)
    return [{"article": f"{key:010d}", "score": round(score, 4)} for key, score in pairs]
