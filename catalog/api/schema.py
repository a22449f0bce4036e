"""Shared by all operations of the OpenAPI description: problems, quotas, ETags."""

from web.api.problems import CONTENT_TYPE
from web.json_types import Json

PROBLEM = {"$ref": "#/components/schemas/Problem"}
TEXT = {"type": "string"}
HEADERS: Json = {
    "RateLimit-Policy": {
        "description": 'The quota and its window in seconds: "reads";q=6000;w=60',
        "schema": TEXT,
    },
    "RateLimit": {
        "description": 'What is left, and the seconds to the next window: "reads";r=5990;t=21',
        "schema": TEXT,
    },
    "ETag": {
        "description": "Send it as If-None-Match; absent while an ingest runs.",
        "schema": TEXT,
    },
    "Retry-After": {
        "description": "Seconds to wait",
        "schema": {"type": "integer", "minimum": 1},
    },
}
# By status: the component's name, its description, and its headers.
SHARED = {
    "401": ("Unauthorized", "The API key is unknown, revoked or expired, or one is needed", ()),
    "429": ("TooManyRequests", "The quota is used up", ("Retry-After",)),
    "503": ("Unavailable", "A service is down that the answer needs", ()),
}


def complete(result: Json, **_: object) -> Json:
    """A post-processing hook of drf-spectacular."""
    components = result["components"]
    components["headers"] = HEADERS
    components["responses"] = {
        name: {
            "description": text,
            **_headers(*headers),
            "content": {CONTENT_TYPE: {"schema": PROBLEM}},
        }
        for name, text, headers in SHARED.values()
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            _complete(operation)
    return result


def _complete(operation: Json) -> None:
    responses: Json = operation["responses"]
    tagged = ("ETag",) if "catalogue" in operation["tags"] else ()
    for response in responses.values():
        _as_problem(response)
        response |= _headers("RateLimit-Policy", "RateLimit", *tagged)
    if tagged:
        responses["304"] = {"description": "The client's copy is current", **_headers("ETag")}
    if "requestBody" in operation:
        responses["413"] = _problem("The body is too large")
        responses["415"] = _problem("The type of the body isn't application/json")
    for status, (name, _, _) in SHARED.items():
        responses.setdefault(status, {"$ref": f"#/components/responses/{name}"})


def _as_problem(response: Json) -> None:
    content = response.get("content", {})
    if content.get("application/json", {}).get("schema") == PROBLEM:
        response["content"] = {CONTENT_TYPE: content["application/json"]}


def _problem(description: str) -> Json:
    return {"description": description, "content": {CONTENT_TYPE: {"schema": PROBLEM}}}


def _headers(*names: str) -> Json:
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}
