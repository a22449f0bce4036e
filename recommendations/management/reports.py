"""Report files: those asked for, and copies beside the active model for its admin page."""

from collections.abc import Mapping
from pathlib import Path

from django.core.management.base import CommandError

from recommendations.bundle.models import ModelVersion


def write_report(asked: Mapping[Path | None, str], beside_model: Mapping[str, str]) -> None:
    """Raise CommandError if one can't be written. A path of None is not asked for."""
    files = {path: text for path, text in asked.items() if path is not None}
    active = ModelVersion.objects.active().first()
    if active is not None and active.folder.is_dir():
        files |= {active.folder / name: text for name, text in beside_model.items()}
    try:
        for path, text in files.items():
            path.write_text(text)
    except OSError as error:
        raise CommandError(f"could not write the report: {error}") from error
