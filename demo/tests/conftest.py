import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import services
from demo.tests.demos import SERVICES


@pytest.fixture
def var(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A var folder that other accounts can reach; stopped and removed at the end."""
    for variable in SERVICES:
        monkeypatch.delenv(variable, raising=False)
    folder = Path(tempfile.mkdtemp(prefix="services-"))
    folder.chmod(0o755)
    yield folder
    monkeypatch.undo()
    services.down(folder)
    shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(folder)
