"""Who was erased, known in every process: all that is read, sent or served again is checked
here."""

import logging
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final

from django.db import Error, connection

from streaming.models import ErasedShopper
from web.cache import Poll, on_empty

logger = logging.getLogger(__name__)

# A row is stamped a while before its transaction commits and others can see it.
OVERLAP: Final = timedelta(minutes=10)


class Tombstones:
    """The erased shoppers' names, as PostgreSQL had them at most a second ago.

    The first look reads all of them, every later one the new ones. While PostgreSQL is down the
    last known names count; `is_known` is False if it was never reached.
    """

    def __init__(self) -> None:
        self._poll = Poll(self._refresh)
        self.reset()
        on_empty(self.reset)

    def reset(self) -> None:
        """Forget everything, as in a new process."""
        self.is_known = False
        self._names: set[str] = set()
        self._newest: datetime | None = None
        self._poll.reset()

    def names(self) -> AbstractSet[str]:
        """Never raises. While one thread reads, the others take what is known so far."""
        self._poll.keep_up(wait=not self.is_known)
        return self._names

    def hold(self, shopper: str) -> bool:
        return shopper in self.names()

    def _refresh(self) -> None:
        try:
            self._look()
        except Error as error:
            logger.warning("Could not read recent erasures: %s", error)
            connection.close_if_unusable_or_obsolete()

    def _look(self) -> None:
        rows = ErasedShopper.objects.all()
        if self._newest is not None:
            rows = rows.filter(erased_at__gte=self._newest - OVERLAP)
        found = dict(rows.values_list("shopper", "erased_at"))
        self._names |= found.keys()
        self._newest = max(found.values(), default=self._newest)
        self.is_known = True


tombstones = Tombstones()


def erased_customers() -> set[int]:
    """The keys of the customers whose history is no longer replayed."""
    names = ErasedShopper.objects.filter(shopper__startswith="c").values_list("shopper", flat=True)
    return {int(name[1:]) for name in names}
