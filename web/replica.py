"""Pages read from a streaming replica of PostgreSQL, where DATABASE_REPLICA_URL names one.

A request that only reads is served by the replica if that has replayed what this browser wrote
last, and isn't far behind otherwise; the primary serves every other request, everything outside a
request, and what a process keeps for all. A response to a write carries the position of the
primary's log in a cookie, so a shopper always reads their own writes, from any web process. A
forged cookie only changes who serves its sender.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
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
#: A replica further behind than this serves nobody.
LAG_S: Final = 10.0
#: Longer than any lag: LAG_S, and what a standby takes to notice that the primary is silent
#: (wal_receiver_timeout, a minute by default).
COOKIE_S: Final = 120
#: How long a replica that didn't answer is left alone.
DOWN_S: Final = 2.0
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


@dataclass
class Choice:
    """Who serves a request's reads: decided when it first reads, as many requests never do."""

    can_use_replica: Callable[[], bool]
    database: str | None = None
    wrote: bool = False
    #: Run once the request is served.
    then: list[Callable[[], None]] = field(default_factory=list)

    def reads(self) -> str:
        if self.database is None:
            self.database = REPLICA if self.can_use_replica() else DEFAULT_DB_ALIAS
        return self.database

    def write(self) -> None:
        """What follows in this request reads its own writes."""
        self.database, self.wrote = DEFAULT_DB_ALIAS, True


_choice: ContextVar[Choice | None] = ContextVar("choice", default=None)


def _reads() -> str:
    choice = _choice.get()
    return choice.reads() if choice else DEFAULT_DB_ALIAS


def reading() -> BaseDatabaseWrapper:
    """The connection that this request reads from, for raw SQL."""
    return connections[_reads()]


def writing() -> BaseDatabaseWrapper:
    """The primary's connection, for raw SQL that writes what the browser will read."""
    if choice := _choice.get():
        choice.write()
    return connections[DEFAULT_DB_ALIAS]


@contextmanager
def primary() -> Iterator[None]:
    """Read from the primary: for what a process keeps and shows to others."""
    token = _choice.set(None)
    try:
        yield
    finally:
        _choice.reset(token)


def once_served(act: Callable[[], None]) -> None:
    """Run it once the request is served, or now outside one: for what can't be undone, as a request
    may be tried twice."""
    if choice := _choice.get():
        choice.then.append(act)
    else:
        act()


class Router:
    """Django's database router."""

    def db_for_read(self, model: type[Model], **_: object) -> str:
        return _reads()

    def db_for_write(self, model: type[Model], **_: object) -> str:
        return writing().alias

    def allow_relation(self, *_: object, **__: object) -> bool:
        return True

    def allow_migrate(self, db: str, *_: object, **__: object) -> bool:
        return db == DEFAULT_DB_ALIAS


class ReplicaReads:
    """Lets a request read from the replica where it may, and notes the position of its writes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if REPLICA not in settings.DATABASES:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.down_until = 0.0
        self.caught_up = -math.inf

    def __call__(self, request: HttpRequest) -> HttpResponse:
        choice = Choice(partial(self.can_serve, request))
        response = self.served(request, choice)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and went_down(choice):
            self.leave_alone("it went down during a request")
            choice = Choice(lambda: False)
            response = self.served(request, choice)
        for act in choice.then:
            act()
        return response

    def served(self, request: HttpRequest, choice: Choice) -> HttpResponse:
        token = _choice.set(choice)
        try:
            response = self.get_response(request)
            if choice.wrote:
                note_written(response)
            return response
        finally:
            _choice.reset(token)

    def can_serve(self, request: HttpRequest) -> bool:
        """Asks the replica how far it is, which also tells whether it is still there."""
        now = time.monotonic()
        if request.method not in SAFE or now < self.down_until:
            return False
        try:
            with connections[REPLICA].cursor() as cursor:
                cursor.execute(PROGRESS)
                replayed, complete, age = cursor.fetchone()
        except Error as error:
            self.leave_alone(error)
            return False
        if complete:
            self.caught_up = now
        # While nothing is written the last transaction is old, but nothing is missing.
        lag = min(now - self.caught_up, age)
        return replayed is not None and lag <= LAG_S and replayed >= written_by(request)

    def leave_alone(self, why: object) -> None:
        connections[REPLICA].close()
        self.down_until = time.monotonic() + DOWN_S
        logger.warning("The replica doesn't answer, the primary serves its pages: %s", why)


def went_down(choice: Choice) -> bool:
    return choice.database == REPLICA and connections[REPLICA].errors_occurred


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
