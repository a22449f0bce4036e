"""A shopper without JavaScript: follows redirects, stores cookies, submits forms."""

import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

from web.json_types import Json

TIMEOUT_S = 180  # for a machine under ten times the load it can handle


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes
    kind: str

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Json:
        answer: Json = json.loads(self.body)
        return answer


class Browser:
    """One shopper; each instance is a different one."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> Reply:
        return self._open(urllib.request.Request(self.base + path))

    def post(self, path: str, form: dict[str, str]) -> Reply:
        return self._send(path, urllib.parse.urlencode(form).encode(), None)

    def post_json(self, path: str, body: object) -> Reply:
        return self._send(path, json.dumps(body).encode(), "application/json")

    def _send(self, path: str, data: bytes, kind: str | None) -> Reply:
        token = next((c.value for c in self.jar if c.name == "csrftoken"), "") or ""
        headers = {"X-CSRFToken": token, "Referer": self.base + path}
        if kind:
            headers["Content-Type"] = kind
        return self._open(urllib.request.Request(self.base + path, data, headers))

    def _open(self, request: urllib.request.Request) -> Reply:
        try:
            with self.opener.open(request, timeout=TIMEOUT_S) as reply:
                kind = reply.headers.get("Content-Type", "")
                return Reply(reply.status, reply.read(), kind)
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.read(), error.headers.get("Content-Type", ""))


def hidden_fields(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return dict(found)
