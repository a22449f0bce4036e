"""What the shop reports when a dependency is down."""

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from storefront import warming


def parts(client: Client) -> dict[str, dict[str, object]]:
    return {check["name"]: check for check in client.get("/readyz").json()["checks"]}


def test_liveness_asks_nothing(client: Client) -> None:
    assert client.get("/healthz").text == "ok\n"


@pytest.mark.django_db
def test_ready_names_every_dependency(client: Client) -> None:
    found = parts(client)
    assert [found[name]["up"] for name in ("postgresql", "redis", "kafka")] == [True] * 3
    assert found["model bundle"]["error"] == "BundleError"
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("no_redis", "no_kafka")
def test_ready_without_redis_and_kafka_but_names_them(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    found = parts(client)
    assert (found["redis"]["up"], found["kafka"]["up"]) == (False, False)


@pytest.mark.usefixtures("no_postgresql")
def test_without_postgresql_a_page_is_503_and_says_to_come_back(client: Client) -> None:
    client.raise_request_exception = False
    response = client.get("/shop/1/")
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert "Back in a moment" in response.text
    api = client.get("/api/v1/articles/")
    assert (api.status_code, api["Content-Type"]) == (503, "application/problem+json")
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_a_fault_of_ours_is_500(client: Client, settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    assert client.get("/fault").status_code == 500
    assert client.get("/away").status_code == 503


def fault(request: object) -> HttpResponse:
    raise RuntimeError("a fault")


def away(request: object) -> HttpResponse:
    raise OperationalError("the server closed the connection")


def _urls() -> list[object]:
    from django.urls import path

    return [path("fault", fault), path("away", away)]


urlpatterns = _urls()
handler500 = "storefront.http.errors.server_error"


def test_without_a_database_a_web_process_starts_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(warming, "PREPARE", (refused,))
    warming.warm()
    assert "connection refused" in caplog.text
