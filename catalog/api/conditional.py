"""Conditional reads of the catalogue: it changes with an ingest only."""

from django.conf import settings

from catalog.models import IngestRun
from web import conditional


def made_of() -> tuple[object, ...] | None:
    """What the catalogue's answers are made of; None while an ingest changes it."""
    run = IngestRun.objects.values_list("pk", "status", "finished_at").first()
    if run is None or run[1] != IngestRun.Status.DONE:
        return None
    # The version changes with the shape of the answers.
    version = settings.SPECTACULAR_SETTINGS["VERSION"]
    return (*run, version, settings.IMAGE_BASE_URL, settings.CURRENCY)


unless_known = conditional.unless_known(made_of)
