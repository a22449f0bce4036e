"""The checked-in OpenAPI description matches the API, and its page needs no network."""

import re
from typing import TypedDict

import pytest
import yaml
from django.conf import settings
from django.test import Client

Operation = dict[str, dict[str, dict[str, dict[str, str]]]]


class Described(TypedDict):
    openapi: str
    paths: dict[str, dict[str, Operation]]


FILE = settings.BASE_DIR / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def described() -> Described:
    text = Client().get("/api/schema/?format=json").content
    found: Described = yaml.safe_load(text)
    return found


def test_the_file_is_what_the_api_says_of_itself(described: Described) -> None:
    kept = yaml.safe_load(FILE.read_text())
    assert kept == described, "docs/openapi.yaml is old: run `make openapi`"
    assert kept["openapi"].startswith("3.1")


def test_every_answer_but_the_good_ones_is_a_problem(described: Described) -> None:
    def wrong(operation: Operation) -> list[str]:
        return [
            status
            for status, response in operation["responses"].items()
            if status >= "400" and "$ref" not in response
            if response["content"].keys() != {"application/problem+json"}
        ]

    found = {
        f"{method} {path}": wrong(operation)
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    }
    assert {name: statuses for name, statuses in found.items() if statuses} == {}


def test_its_page_needs_no_other_host_and_nothing_inline(client: Client) -> None:
    page = client.get("/api/docs/").text
    assert re.findall(r"(?:src|href)=[\"'](?:https?:)?//", page) == []
    assert re.findall(r"<script>|<style|style=", page) == []
    script = client.get(re.findall(r'src="([^"]+script=)"', page)[0])
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/schema/" in script.text
