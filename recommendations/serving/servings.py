"""The numbers of Serving rows, each registered when it first serves."""

import logging

from django.db import Error, transaction

from recommendations.attribution.models import Serving
from recommendations.experiments.models import Variant
from web.cache import bounded

logger = logging.getLogger(__name__)

UNKNOWN = 0


def number(kind: str, strategy: str, model_version: str | None, variant: int | None) -> int:
    """The Serving's key; UNKNOWN with PostgreSQL down, so that an answer never waits for it."""
    try:
        return _registered(kind, strategy, model_version or "", variant)
    except Error as error:
        logger.warning("could not register the recommendation for attribution: %s", error)
        return UNKNOWN


@bounded(most=10_000)
def _registered(kind: str, strategy: str, model_version: str, variant: int | None) -> int:
    with transaction.atomic():
        row, _ = Serving.objects.get_or_create(
            kind=kind,
            strategy=strategy,
            model_version=model_version,
            variant=None if variant is None else Variant(pk=variant),
        )
    return int(row.pk)
