"""Where settings come from: the environment, then the file that the services write."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.tests.demos import PROJECT
from storefront import envfile

NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,15}", fullmatch=True)
VALUES = st.from_regex(r"[!-~]([ -~]{0,30}[!-~])?", fullmatch=True)


@given(values=st.dictionaries(NAMES, VALUES, max_size=8))
def test_variables_are_read_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]
) -> None:
    file = tmp_path_factory.mktemp("env") / "services.env"
    envfile.write(file, values, heading="by a test")
    assert envfile.read(file) == values
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_comments_blank_lines_and_spaces_are_allowed_by_hand(tmp_path: Path) -> None:
    file = tmp_path / "services.env"
    assert envfile.read(file) == {}
    file.write_text("# by hand\n\n REDIS_URL = redis://a:1/0?x=y \nnot a variable\n#OFF=1\n")
    assert envfile.read(file) == {"REDIS_URL": "redis://a:1/0?x=y"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, "redis://file:1/0"), ({"REDIS_URL": "redis://own:2/0"}, "redis://own:2/0")],
)
def test_the_environment_wins_over_the_file_and_children_inherit_neither(
    tmp_path: Path, given: dict[str, str], expected: str
) -> None:
    envfile.write(tmp_path / "services.env", {"REDIS_URL": "redis://file:1/0"}, heading="test")
    ours = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    script = "import os; from storefront.settings.environment import env; "
    script += "print(env.str('REDIS_URL'), os.environ.get('REDIS_URL', ''))"
    said = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env={**ours, "VAR_DIR": str(tmp_path), **given},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.rstrip("\n") == f"{expected} {given.get('REDIS_URL', '')}"
