"""Pages read from a streaming replica of PostgreSQL, where DATABASE_REPLICA_URL names one.

A request that only reads is served by the replica if that has replayed what this browser wrote
last, and isn't far behind otherwise; the primary serves every other request, and everything outside
a request. A response to a write carries the position of the primary's log in a cookie, so a shopper
always reads their own writes, from any web process. A forged cookie only changes who serves its
sender.
"""

import logging
import math
import time
from collections.abc import Callable
from contextvars import ContextVar
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

REPLICA: Final = "replica"
COOKIE: Final = "written"
#: A replica further behind than this serves nobody; the cookie outlasts it.
LAG_S: Final = 10.0
COOKIE_S: Final = 60
#: How long a replica that didn't answer is left alone.
AWAY_S: Final = 2.0
SAFE: Final = ("GET", "HEAD", "OPTIONS")

# How far it has replayed, whether that is all the primary has sent, and the age of the last
# transaction. A receiver that lost the primary has replayed all it got, however old that is.
PROGRESS: Final = """
    SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn,
           pg_last_wal_replay_lsn() = pg_last_wal_receive_lsn()
               AND EXISTS (SELECT FROM pg_stat_wal_receiver),
           coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 'infinity')
"""
WRITTEN: Final = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"

_reads: ContextVar[str] = ContextVar("reads", default=DEFAULT_DB_ALIAS)


def reading() -> BaseDatabaseWrapper:
    """The connection that this request reads from, for raw SQL."""
    return connections[_reads.get()]


class Router:
    """Django's database router. After a write, the rest of the request reads from the primary."""

    def db_for_read(self, model: type[Model], **_: object) -> str:
        return _reads.get()

    def db_for_write(self, model: type[Model], **_: object) -> str:
        _reads.set(DEFAULT_DB_ALIAS)
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *_: object, **__: object) -> bool:
        return True

    def allow_migrate(self, db: str, *_: object, **__: object) -> bool:
        return db == DEFAULT_DB_ALIAS


class ReplicaReads:
    """Chooses who serves a request, and notes the position of what it wrote."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if REPLICA not in settings.DATABASES:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.away_until = 0.0
        self.caught_up = -math.inf

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.can_serve(request):
            response = self.served(request, REPLICA)
            if response.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                return response
            # It went away during the request.
        return self.served(request, DEFAULT_DB_ALIAS)

    def served(self, request: HttpRequest, database: str) -> HttpResponse:
        token = _reads.set(database)
        try:
            response = self.get_response(request)
            if request.method not in SAFE or _reads.get() != database:
                note_written(response)
            return response
        finally:
            _reads.reset(token)

    def can_serve(self, request: HttpRequest) -> bool:
        """Asks the replica on every request, which also tells whether it is still there."""
        now = time.monotonic()
        if request.method not in SAFE or now < self.away_until:
            return False
        try:
            with connections[REPLICA].cursor() as cursor:
                cursor.execute(PROGRESS)
                replayed, complete, age = cursor.fetchone()
        except Error as error:
            connections[REPLICA].close()
            self.away_until = now + AWAY_S
            logger.warning("The replica doesn't answer, the primary serves its pages: %s", error)
            return False
        if complete:
            self.caught_up = now
        # While nothing is written, the last transaction is old but nothing lacks.
        lag = min(now - self.caught_up, age)
        return replayed is not None and lag <= LAG_S and replayed >= written_by(request)


def written_by(request: HttpRequest) -> int:
    """The position of the browser's last write, 0 without one."""
    given = request.COOKIES.get(COOKIE, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 20 else 0


def note_written(response: HttpResponse) -> None:
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(WRITTEN)
            (position,) = cursor.fetchone()
    except Error:
        return  # nothing was written either
    response.set_cookie(
        COOKIE,
        str(int(position)),
        max_age=COOKIE_S,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
