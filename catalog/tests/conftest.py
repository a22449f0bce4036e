from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from catalog.ingest import partitions


@pytest.fixture
def own_folder(tmp_path: Path, settings: LazySettings) -> Iterator[None]:
    """A folder for rejects and reports, and no partition of another test's."""
    settings.VAR_DIR = tmp_path / "var"
    partitions.drop_all()
    yield
    partitions.drop_all()
