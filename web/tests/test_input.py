"""What users type or upload: command arguments, sparse fieldsets, JSON bodies, files."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import date
from io import BytesIO

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from web import arguments
from web.api.parsers import ShallowJSONParser
from web.api.sparse import SparseSerializer, chosen_fields
from web.json_types import decoded
from web.requests import uploads


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (arguments.day, "2020-09-22", date(2020, 9, 22)),
        (arguments.positive, "0.5", 0.5),
        (arguments.positive_whole, "7", 7),
        (arguments.port_number, "65535", 65535),
    ],
)
def test_an_argument_is_read(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "error"),
    [
        (arguments.day, "22.9.2020", "'22.9.2020' is not a date like 2020-09-22"),
        (arguments.day, "2020-02-30", "'2020-02-30' is not a date"),
        *((arguments.positive, text, "above zero") for text in ("0", "-1", "nan", "inf", "one")),
        *((arguments.not_negative, text, "nor zero") for text in ("-0.1", "inf", "", "one")),
        (arguments.share, "1.01", "'1.01' is not between 0 and 1"),
        (arguments.positive_whole, "1.5", "'1.5' is not a whole number"),
        (arguments.port_number, "65536", "'65536' is not a port"),
    ],
)
def test_a_wrong_argument_is_named(read: Callable[[str], object], text: str, error: str) -> None:
    with pytest.raises(ArgumentTypeError, match=error):
        read(text)


@pytest.mark.parametrize(
    "message", [b'{"a":"\xff"}', b"\xff", b'"\\ud800"', b"[" * 50_000 + b"]" * 50_000, b""]
)
def test_json_from_outside_is_refused_in_one_way(message: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decoded(message, msgspec.json.Decoder())


class Part(SparseSerializer):
    key = "id"
    id = serializers.IntegerField()
    name = serializers.CharField()


class Thing(SparseSerializer):
    key = "id"
    id = serializers.IntegerField()
    price = serializers.IntegerField()
    part = Part()


THING = {"id": 1, "price": 2, "part": {"id": 3, "name": "sleeve"}}


def written(query: str) -> dict[str, object]:
    request = Request(APIRequestFactory().get(f"/?{query}"))
    fields = chosen_fields(request, Thing)
    return dict(Thing(THING, context={"fields": fields}).data)


@pytest.mark.parametrize(
    ("query", "members"),
    [
        ("", {"id", "price", "part"}),
        ("fields=", {"id", "price", "part"}),
        ("fields=price", {"id", "price"}),
        ("fields=part,,id", {"id", "part"}),
    ],
)
def test_only_the_requested_fields_are_sent_and_always_the_key(
    query: str, members: set[str]
) -> None:
    assert written(query).keys() == members


def test_the_fields_of_a_part_are_not_cut() -> None:
    assert written("fields=part")["part"] == THING["part"]


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(ValidationError, match="no field 'secret'"):
        written("fields=price,secret")


def test_json_nested_beyond_all_bounds_is_the_clients_error() -> None:
    with pytest.raises(ParseError, match="nested too deeply"):
        ShallowJSONParser().parse(
            BytesIO(b"[" * 200_000), "application/json", {"encoding": "utf-8"}
        )


def uploaded(size: int) -> int:
    """The bytes of the file as the view gets it."""
    sent = SimpleUploadedFile("photo.jpg", b"x" * size, content_type="image/jpeg")
    request = RequestFactory().post("/", {"picture": sent})
    uploads.keep_in_memory(request)
    file = request.FILES.get("picture")
    return len(file.read()) if file else -1


def test_a_file_comes_whole_and_a_larger_one_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_BYTES", 100_000)
    assert uploaded(100_000) == 100_000
    assert uploaded(100_001) == -1
