"""`make` installs the packages on a machine without a compiler, and after an install was killed."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.tests.demos import PROJECT, environment

pytestmark = pytest.mark.slow
COMPILERS = re.compile(r"^(.*-)?(cc|gcc|g\+\+|c\+\+|clang|clang\+\+|ld|as|rustc|cargo)(-[\d.]+)?$")
PATIENCE_S = 900.0


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Everything on our PATH but compilers."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for folder in map(Path, os.environ["PATH"].split(os.pathsep)):
        for tool in folder.iterdir() if folder.is_dir() else ():
            if not COMPILERS.match(tool.name) and not (tools / tool.name).exists():
                (tools / tool.name).symlink_to(tool)
    return str(tools)


@pytest.fixture
def make(tmp_path: Path, path: str) -> Iterator["Make"]:
    runner = Make(tmp_path / "venv", tmp_path, path)
    yield runner
    runner.kill()


class Make:
    """The install of `make demo` into an empty environment."""

    def __init__(self, venv: Path, folder: Path, path: str) -> None:
        self.venv, self.log = venv, folder / "make.log"
        # Bytecode would take longer than all else, and nothing here runs twice.
        self.environment = environment(folder, PATH=path, UV_COMPILE_BYTECODE="0")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["make", f"{self.venv}/.installed-run", f"VENV={self.venv}"],
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait_for(self, words: str) -> None:
        assert self.process
        deadline = time.monotonic() + PATIENCE_S
        while words not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def end(self) -> int:
        assert self.process
        return self.process.wait(PATIENCE_S)


def test_an_install_that_was_killed_is_taken_up_without_a_compiler(make: Make) -> None:
    for step in ("Making a virtual environment", "Installing packages", "Resolved"):
        make.start()
        make.wait_for(step)
        make.kill()
        # Unpacking takes less than a second, so this kill may come just after its end.
        (make.venv / ".installed-run").unlink(missing_ok=True)
    make.start()
    assert make.end() == 0, make.log.read_text()
    subprocess.run(
        [str(make.venv / "bin" / "python"), "manage.py", "demo", "--help"],
        cwd=PROJECT,
        env=make.environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )


def test_what_cannot_be_installed_is_told_and_tried_again(make: Make) -> None:
    make.environment["PIP_NO_INDEX"] = "1"
    make.start()
    assert make.end() != 0
    assert "Packages can't be installed, see above" in make.log.read_text()
    assert not (make.venv / ".installed-run").exists()
