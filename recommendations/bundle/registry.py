"""The bundle this process serves from; follows the active ModelVersion without a restart."""

import logging
from pathlib import Path

from django.conf import settings
from django.db import Error

from recommendations.bundle.format import BundleError
from recommendations.bundle.models import ModelVersion
from recommendations.bundle.object_store import fetch
from recommendations.bundle.reader import Bundle, open_bundle
from web.cache import Poll, on_empty

logger = logging.getLogger(__name__)


class Registry:
    """Holds the bundle; checks the database at most once a second for a newly active one.

    If the new bundle can't be read, the previous one stays. A request keeps the bundle it started
    with: the files stay mapped as long as they are referenced.
    """

    def __init__(self) -> None:
        self.poll = Poll(self._refresh)
        self.reset()
        on_empty(self.reset)

    def reset(self) -> None:
        """Back to the state of a new process."""
        self._bundle: Bundle | None = None
        self._refused = ""
        self.poll.reset()

    def active(self) -> Bundle | None:
        """The active bundle, or None if there is none that can be read. Never raises."""
        # While one thread checks, the others serve the current bundle; only the first load blocks.
        self.poll.keep_up(wait=self._bundle is None)
        return self._bundle

    def _refresh(self) -> None:
        try:
            version = ModelVersion.objects.active().values_list("version", flat=True).first()
        except Error as error:
            logger.warning("could not read the active model version: %s", error)
            return
        if version is None:
            self._bundle = None
        elif self._bundle is None or self._bundle.version != version:
            self._open(version)

    def _open(self, version: str) -> None:
        try:
            folder = Path(settings.BUNDLES_DIR) / version
            fetch(folder)
            self._bundle = open_bundle(folder)
        except BundleError as error:
            if version != self._refused:
                logger.error("model %s is unusable: %s", version, error)
            self._refused = version
        else:
            logger.info("serving from model %s", version)


registry = Registry()
active = registry.active
