"""A client of the shop's API, with nothing but the standard library.

    python examples/client.py http://127.0.0.1:8000 linen

It looks for the word, tells the shop that the first find was viewed, and shows what the shop then
recommends. Copy it and make it yours: paging, ETags, waiting when a quota is used up, and errors
are all there is to the API beside its endpoints.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener

Json = dict[str, Any]
TRIES = 5
NOT_MODIFIED, TOO_MANY, UNAVAILABLE = 304, 429, 503


class ProblemError(Exception):
    """What the API refuses (RFC 9457): `status`, `detail` and perhaps `errors` by field."""

    def __init__(self, problem: Json) -> None:
        super().__init__(problem.get("detail", ""))
        self.status: int = problem["status"]
        self.errors: Json = problem.get("errors", {})


class Client:
    """One shopper, known to the shop by a cookie; or a server, by its API key."""

    def __init__(self, shop: str, key: str = "") -> None:
        self.api = urljoin(shop, "/api/v1/")
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.seen: dict[str, tuple[str, Any]] = {}  # address → its ETag and what came with it

    def get(self, path: str, **query: Any) -> Any:
        """What an address gives; not sent again while it hasn't changed."""
        address = urljoin(self.api, path) + (f"?{urlencode(query)}" if query else "")
        tag, kept = self.seen.get(address, ("", None))
        status, headers, body = self._ask(Request(address, headers={"If-None-Match": tag}))
        if status == NOT_MODIFIED:
            return kept
        if "ETag" in headers:
            self.seen[address] = (headers["ETag"], body)
        return body

    def post(self, path: str, body: object) -> Any:
        headers = {"Content-Type": "application/json"}
        request = Request(urljoin(self.api, path), json.dumps(body).encode(), headers)
        return self._ask(request)[2]

    def every(self, path: str, **query: object) -> Iterator[Json]:
        """All of a list, page by page."""
        page = self.get(path, **query)
        yield from page["results"]
        while page["next"]:
            page = self.get(page["next"])
            yield from page["results"]

    def did(self, *events: Json) -> Sequence[str]:
        """Tell what the shopper did; the ids of the events. Events with an id may be sent again."""
        return list(self.post("events/", list(events))["ids"])

    def _ask(self, request: Request) -> tuple[int, Mapping[str, str], object]:
        for name, value in self.headers.items():
            request.add_header(name, value)
        for attempt in range(1, TRIES + 1):
            try:
                with self.opener.open(request, timeout=10) as answer:
                    return answer.status, answer.headers, json.load(answer)
            except HTTPError as error:
                if error.code == NOT_MODIFIED:
                    return error.code, {}, None
                if error.code not in (TOO_MANY, UNAVAILABLE) or attempt == TRIES:
                    raise ProblemError(json.load(error)) from None
                time.sleep(float(error.headers.get("Retry-After", attempt)))
        raise AssertionError("not reached")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shop", help="its address, such as http://127.0.0.1:8000")
    parser.add_argument("words", help="words to search for")
    arguments = parser.parse_args()
    client = Client(arguments.shop)
    found = client.get("articles/", search=arguments.words, fields="name,price", page_size=5)
    for article in found["results"]:
        print(article["article_id"], article["price"]["amount"], article["name"])
    if not found["results"]:
        raise SystemExit("Nothing found.")
    client.did({"type": "view", "article": found["results"][0]["article_id"]})
    shelf = client.get("recommendations/for-you/", k=5)
    print(f"{shelf['title']} ({shelf['strategy']}):")
    for item in shelf["items"]:
        print(item["article"], item["reason"])


if __name__ == "__main__":
    main()
