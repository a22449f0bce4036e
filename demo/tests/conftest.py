import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import services
from demo.tests.demos import SERVICES, a_folder


@pytest.fixture(scope="session")
def lived_in() -> Iterator[Path]:
    """The state of a tiny demo: made by the first test that starts it, taken up by the others."""
    with a_folder() as folder:
        yield folder


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
