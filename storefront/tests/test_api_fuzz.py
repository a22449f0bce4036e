"""Requests generated from the OpenAPI description: no 5xx, and no undocumented response.

API_FUZZ_EXAMPLES of each kind are drawn for each operation, in addition to all boundary values:
five thousand cases in total, and more with `make api-fuzz`.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from pytest_django import Settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from catalog.models import ApiKey, Article
from catalog.models.api_key import Scope
from recommendations.bundle.registry import registry
from recommendations.tests.shops import open_shop, train
from web.api.quotas import Limit

SEED = 20260101
EXAMPLES = int(os.environ.get("API_FUZZ_EXAMPLES", "48"))
CASES = 5_000
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
UNLIMITED = dict.fromkeys(("reads", "recommendations", "events", "photos"), "100000000/min")


@pytest.fixture
def known(
    db: None, store: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """A trained shop without quotas; existing ids, by parameter name."""
    settings.BUNDLES_DIR = tmp_path / "bundles"
    settings.SPOOL_DIR = tmp_path / "spool"
    monkeypatch.setattr(Limit, "THROTTLE_RATES", UNLIMITED)
    registry.reset()
    article: Article = open_shop()["dress"][0]
    version = train()
    yield {
        "article_id": article.article_id,
        "article": article.article_id,
        "product_code": f"{article.product_id}",
        "version": version.version,
        "shopper": "me",
        "q": "shirt",
    }
    registry.reset()


@pytest.fixture
def application() -> Iterator[WSGIHandler]:
    """Runs within the test's transaction: the connection stays open, as in Django's client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def key(db: None) -> str:
    made = ApiKey(name="fuzz", scopes=list(Scope))
    secret = made.draw()
    made.save()
    return secret


class Fuzz:
    """Sends cases, counts responses, and records the first failure of each kind and operation."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers
        self.statuses: Counter[int] = Counter()
        self.failures: dict[tuple[str, str], str] = {}

    def send(self, case: Any) -> None:
        answer = case.call(headers=self.headers)
        self.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:  # collected; the test reports them at the end
            for failure in group.exceptions:
                name = (case.operation.label, type(failure).__name__)
                text = f"{answer.status_code} {failure}"[:1500]
                self.failures.setdefault(name, f"{name}\n{case.as_curl_command()}\n{text}")

    def draw(self, strategy: Any) -> None:
        @hypothesis.seed(SEED)
        @hypothesis.settings(
            max_examples=EXAMPLES,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=strategy)
        def send(case: Any) -> None:
            self.send(case)

        # A request without parameters can't be invalid.
        with suppress(hypothesis.errors.Unsatisfiable):
            send()


@pytest.mark.slow
def test_no_request_is_answered_with_what_isnt_described(
    application: WSGIHandler, known: dict[str, str], key: str
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    # The WSGI client of schemathesis asks for compressed responses but can't read them.
    fuzz = Fuzz({"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"})
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        for case in coverage(operation):
            fuzz.send(case)
        for strategy in strategies(operation, known):
            fuzz.draw(strategy)
    print(f"{fuzz.statuses.total()} cases: {dict(fuzz.statuses)}")
    assert not fuzz.failures, "\n\n".join(fuzz.failures.values())
    assert fuzz.statuses.total() >= CASES
    assert fuzz.statuses[200] > fuzz.statuses.total() / 6
    assert fuzz.statuses[202] > 0


def coverage(operation: Any) -> Iterator[Any]:
    """The boundary values of the description, and just beyond."""
    yield from operation.schema.iter_coverage_cases(
        operation,
        generation_modes=list(GenerationMode),
        generation_config=operation.schema.config.generation,
    )


def strategies(operation: Any, known: dict[str, str]) -> Iterator[Any]:
    """Valid input, with existing and arbitrary ids; and invalid input."""
    given = {
        place: {one.name: known[one.name] for one in parameters if one.name in known}
        for place, parameters in (
            ("path_parameters", operation.path_parameters),
            ("query", operation.query),
        )
    }
    fixed = {place: values for place, values in given.items() if values}
    yield operation.as_strategy(**fixed).map(partial(about, known["article"]))
    for mode in GenerationMode:
        yield operation.as_strategy(mode)


def about(article: str, case: Any) -> Any:
    """The case with events of an existing article."""
    for event in case.body if isinstance(case.body, list) else [case.body]:
        if isinstance(event, dict) and "article" in event:
            event["article"] = article
    return case
