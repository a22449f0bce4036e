"""Prepares a web process before it takes requests: no shopper waits for seconds, and no request
competes with the preparation."""

import logging
from collections.abc import Callable
from typing import Final

from django.db import Error, connections

from catalog.search import warming as searching
from recommendations.serving import warming as recommending
from storefront.search.suggestions import places

logger = logging.getLogger(__name__)

PREPARE: Final[tuple[Callable[[], object], ...]] = (searching.warm, places, recommending.warm)


def warm() -> None:
    """Without a database it is left to the first requests."""
    try:
        for prepare in PREPARE:
            prepare()
    except Error as error:
        logger.warning("nothing is prepared, so the first pages will be slow: %s", error)
    finally:
        connections.close_all()
