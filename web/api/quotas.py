"""Rate limits. Every response states what is left of the client's quota.

The headers follow draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy: "reads";q=6000;w=60`
(requests, seconds) and `RateLimit: "reads";r=5990;t=21` (requests left, seconds to the reset).
"""

import math
import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django_redis import get_redis_connection
from redis.exceptions import RedisError
from rest_framework.authentication import SessionAuthentication
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

# A process updates Redis once per hundredth of a quota, so clients exceed it by that much at most.
STEPS = 100
PAUSE_S = 2.0
NOTHING_TO_LOAD = "default-src 'none'; frame-ancestors 'none'"
MAX_KEYS = 10_000


@dataclass
class Tally:
    """`total`: the last known count of all processes; `mine`: counted here since then."""

    total: int = 0
    mine: int = 0


@dataclass
class Counter:
    """Counts in Redis across all processes; per process while Redis is down."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    paused_until: float = 0.0

    def add(self, key: str, seconds: int, every: int) -> int:
        """Increment and return the count."""
        if len(self.tallies) >= MAX_KEYS:
            self.tallies.clear()
        tally = self.tallies.setdefault(key, Tally())
        tally.mine += 1
        if (tally.mine >= every or not tally.total) and time.monotonic() >= self.paused_until:
            self._exchange(key, tally, seconds)
        return tally.total + tally.mine

    def _exchange(self, key: str, tally: Tally, seconds: int) -> None:
        try:
            with get_redis_connection("default").pipeline(transaction=False) as pipeline:
                pipeline.incrby(key, tally.mine)
                pipeline.expire(key, seconds)
                tally.total, tally.mine = int(pipeline.execute()[0]), 0
        except RedisError:
            self.paused_until = time.monotonic() + PAUSE_S

    def reset(self) -> None:
        self.tallies.clear()
        self.paused_until = 0.0


counter = Counter()


class Quota(NamedTuple):
    """A number of requests per window of seconds."""

    most: int
    seconds: int

    def use(self, key: str) -> "Use":
        """Count one request for the key in the current window."""
        now = time.time()
        window = int(now // self.seconds)
        used = counter.add(f"quota:{key}:{window}", self.seconds, math.ceil(self.most / STEPS))
        return Use(self.most - used, math.ceil((window + 1) * self.seconds - now))


class Use(NamedTuple):
    """What is left of a quota (negative when exceeded), and seconds to the next window."""

    left: int
    wait_s: int


def address_of(request: HttpRequest) -> str:
    """The client's address as seen by our first proxy.

    Same rules as DRF's `get_ident`, which parses every header to find this one.
    """
    claimed = request.META.get("HTTP_X_FORWARDED_FOR")
    if not (claimed and api_settings.NUM_PROXIES):
        return str(request.META.get("REMOTE_ADDR", ""))
    addresses: list[str] = claimed.split(",")
    return addresses[-min(api_settings.NUM_PROXIES, len(addresses))].strip()


class Limit(ScopedRateThrottle):
    """A quota per time window, for an API key, a signed-in user, or else an address."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        self.scope = str(getattr(view, self.scope_attr))
        most, seconds = self.parse_rate(self.get_rate())
        self.quota = Quota(most or 0, seconds or 1)
        self.used = self.quota.use(f"{self.scope}:{self.who(request)}")
        request._request.limit = self  # type: ignore[attr-defined]
        return self.used.left >= 0

    def who(self, request: Request) -> str:
        if request.auth is not None:
            return f"key:{request.auth.pk}"
        signed_in = request.user.is_authenticated
        return f"user:{request.user.pk}" if signed_in else address_of(request._request)

    def wait(self) -> float:
        return self.used.wait_s

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"{self.scope}";q={self.quota.most};w={self.quota.seconds}',
            "RateLimit": f'"{self.scope}";r={max(0, self.used.left)};t={self.used.wait_s}',
        }


class Limited(APIView):
    """An endpoint with a quota, which `throttle_scope` names in THROTTLE_RATES."""

    throttle_classes = [Limit]
    throttle_scope = "reads"

    def initialize_request(self, request: HttpRequest, *args: object, **kwargs: object) -> Request:
        """Skips the session look-up for requests without a cookie: it costs more than a quota."""
        made: Request = super().initialize_request(request, *args, **kwargs)
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            known = made.authenticators or ()
            made.authenticators = [a for a in known if not isinstance(a, SessionAuthentication)]
        return made

    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[BaseRenderer, str]:
        """Only JSON is offered, so there is nothing to negotiate."""
        return JSONRenderer(), JSONRenderer.media_type

    def finalize_response(
        self, request: Request, response: Any, *args: object, **kwargs: object
    ) -> Response:
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        limit: Limit | None = getattr(request, "limit", None)
        for name, value in (limit.headers() if limit else {}).items():
            answer[name] = value
        answer["Content-Security-Policy"] = NOTHING_TO_LOAD
        if not answer.has_header("Cache-Control"):  # no proxy may keep what is somebody's own
            answer["Cache-Control"] = "private, no-store"
        return answer
