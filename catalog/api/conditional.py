"""Conditional GET for the catalogue, which only changes with an ingest."""

from django.conf import settings

from catalog.models import IngestRun
from web.requests import conditional


def catalogue_version() -> tuple[object, ...] | None:
    """The versions behind the catalogue's responses; None while an ingest is changing it."""
    run = IngestRun.objects.values_list("pk", "status", "finished_at").first()
    if run is None or run[1] != IngestRun.Status.DONE:
        return None
    # Bump the version when the format of the responses changes.
    version = settings.SPECTACULAR_SETTINGS["VERSION"]
    return (*run, version, settings.IMAGE_BASE_URL, settings.CURRENCY)


not_modified_unless_changed = conditional.not_modified_unless_changed(catalogue_version)
