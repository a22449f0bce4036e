"""Named as ENGINE in DATABASES; Django looks for DatabaseWrapper in a module called base."""

from select import POLLIN, poll
from typing import Protocol

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks a kept connection for its health only where there is something to read on it.

    A server that ends a connection says why and closes it, which is there to read on a connection
    that waits for no answer. Looking takes 7 µs, Django's query 75 at rest: 5 % of a page's time
    with 500 shoppers in the shop. go-sql-driver/mysql looks likewise (its connCheck).
    """

    def close_if_health_check_failed(self) -> None:
        if self.connection is not None and not has_news(self.connection):
            self.health_check_done = True
        super().close_if_health_check_failed()


class HasSocket(Protocol):
    closed: int

    def fileno(self) -> int: ...


def has_news(connection: HasSocket) -> bool:
    """Whether it was closed, or the server sent something that nobody asked for."""
    if connection.closed:
        return True
    poller = poll()
    poller.register(connection.fileno(), POLLIN)
    return bool(poller.poll(0))
