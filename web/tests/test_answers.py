"""How endpoints respond, tested on a small view: problems, quotas, ETags, pages."""

from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from web.api.pagination import StrictCursorPagination
from web.api.problems import CONTENT_TYPE
from web.api.quotas import Counter, Limit, Limited, address_of, counter
from web.requests.conditional import not_modified_unless_changed

ask = APIRequestFactory()
MADE_OF: list[tuple[object, ...] | None] = [("data", 1)]


class Answering(Limited):
    """Returns or raises what the test puts into `outcome`."""

    authentication_classes = []
    outcome: ClassVar[object] = None

    @not_modified_unless_changed(lambda: MADE_OF[0])
    def get(self, request: Request) -> Response:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return Response(self.outcome)


def answer(outcome: Any, **sent: Any) -> Any:
    view: Any = type("View", (Answering,), {"outcome": outcome})
    return view.as_view()(ask.get("/thing/?q=1", **sent)).render()


@pytest.fixture(autouse=True)
def fresh_quota(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Limit, "THROTTLE_RATES", {"reads": "100000/min"})
    MADE_OF[0] = ("data", 1)
    yield
    counter.reset()


@pytest.mark.parametrize(
    ("error", "status", "errors"),
    [
        (ValidationError({"k": ["Too large."]}), 400, {"k": ["Too large."]}),
        (Http404("nothing"), 404, None),
        (PermissionDenied("not yours"), 403, None),
        (RequestDataTooBig("2 MB"), 413, None),
    ],
)
def test_every_error_is_a_problem_that_names_its_fields(
    error: Exception, status: int, errors: dict[str, list[str]] | None
) -> None:
    response = answer(error)
    assert response.status_code == status
    assert response["Content-Type"] == CONTENT_TYPE
    assert response.data["status"] == status
    assert response.data["instance"] == "/thing/"
    assert response.data.get("errors") == errors


def test_what_the_client_has_isnt_sent_again() -> None:
    first = answer({"size": 3})
    again = answer(RuntimeError("read for nothing"), headers={"If-None-Match": first["ETag"]})
    weak = answer({"size": 3}, headers={"If-None-Match": f"W/{first['ETag']}"})
    assert [first.status_code, again.status_code, weak.status_code] == [200, 304, 304]
    MADE_OF[0] = ("data", 2)
    changed = answer({"size": 4}, headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed.data) == (200, {"size": 4})


def test_while_the_data_change_no_answer_is_tagged() -> None:
    MADE_OF[0] = None
    assert "ETag" not in answer({"size": 3})


def test_no_proxy_keeps_an_answer_that_does_not_say_it_may() -> None:
    MADE_OF[0] = None
    assert answer({"size": 3})["Cache-Control"] == "private, no-store"
    MADE_OF[0] = ("data", 1)
    assert answer({"size": 3})["Cache-Control"] == "no-cache"


def test_a_quota_is_told_and_then_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limit, "THROTTLE_RATES", {"reads": "1/day"})
    mine, other = (f"2001:db8::{uuid4().hex[:4]}:{uuid4().hex[:4]}" for _ in range(2))
    replies = [answer({}, REMOTE_ADDR=mine) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [200, 429]
    assert replies[0]["RateLimit-Policy"] == '"reads";q=1;w=86400'
    assert replies[1]["RateLimit"].startswith('"reads";r=0;t=')
    assert answer({}, REMOTE_ADDR=other).status_code == 200


def test_a_counter_holds_a_bounded_number_of_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.api.quotas.MAX_KEYS", 3)
    counted = Counter(paused_until=float("inf"))  # with Redis down each process counts alone
    for client in range(10):
        counted.add(f"client {client}", 60, 1)
    assert len(counted.tallies) <= 3


@pytest.mark.parametrize(
    ("proxies", "claimed", "address"),
    [
        (None, "198.51.100.7", "192.0.2.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.5, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.5, 198.51.100.7", "203.0.113.5"),
    ],
)
def test_only_our_own_proxies_say_where_a_request_comes_from(
    monkeypatch: pytest.MonkeyPatch, proxies: int | None, claimed: str, address: str
) -> None:
    monkeypatch.setattr("web.api.quotas.api_settings.NUM_PROXIES", proxies)
    request = ask.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=claimed)
    assert address_of(request) == address


class GroupSerializer(serializers.ModelSerializer[Group]):
    class Meta:
        model = Group
        fields = ("name",)


class Groups(ListAPIView[Group]):
    queryset = Group.objects.all()
    serializer_class = GroupSerializer
    pagination_class = StrictCursorPagination
    authentication_classes = []
    filter_backends = []


def page(address: str) -> Response:
    response: Response = Groups.as_view()(ask.get(address))
    return response


@pytest.mark.django_db
def test_pages_show_everything_once_though_rows_come_meanwhile() -> None:
    Group.objects.all().delete()
    for number in range(5):
        Group.objects.create(name=f"group {number}")
    seen, address = [], "/groups/?page_size=2"
    while address:
        found = page(address)
        seen += [row["name"] for row in found.data["results"]]
        Group.objects.create(name=f"late {len(seen)}")
        address = found.data["next"]
    assert seen == [f"group {number}" for number in reversed(range(5))]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page_size=0", "page_size"),
        ("page_size=201", "page_size"),
        ("page_size=two", "page_size"),
        ("cursor=nonsense", "cursor"),
        ("cursor=cD0xZTk5OTk%3D", "cursor"),
    ],
)
def test_a_page_that_makes_no_sense_is_a_400_with_the_field_named(query: str, field: str) -> None:
    found = page(f"/groups/?{query}")
    assert found.status_code == 400
    assert list(found.data["errors"]) == [field]
