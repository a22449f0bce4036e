from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.tests.demos import SERVICES, a_folder, a_var


@pytest.fixture(scope="session")
def lived_in() -> Iterator[Path]:
    """The state of a tiny demo: made by the first test that starts it, taken up by the others."""
    with a_folder() as folder:
        yield folder


@pytest.fixture
def var(own_services: None) -> Iterator[Path]:
    """A var folder that other accounts can reach; stopped and removed at the end."""
    with a_var() as folder:
        yield folder


@pytest.fixture
def own_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names no service."""
    for variable in SERVICES:
        monkeypatch.delenv(variable, raising=False)
