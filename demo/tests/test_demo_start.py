"""Where a demo can't start, or only just can: it works, or says in one line what to do."""

import os
import shutil
import site
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.run import conditions
from demo.services.account import Account
from demo.tests.demos import PROJECT, Run, a_folder, environment

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
NOBODY = Account(65534, 65534)


@pytest.fixture
def var() -> Iterator[Path]:
    with a_folder() as folder:
        yield folder


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.decode()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def refusal(run: Run) -> str:
    """The one line of a demo that doesn't start."""
    assert run.end() == 1, run.said
    assert run.said.count("\n") == 1, run.said
    run.assert_nothing_left()
    return run.said


def test_a_port_that_is_taken_is_named(var: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} is in use" in refusal(Run(var, port=port))


@as_root
def test_a_read_only_folder_is_named(var: Path) -> None:
    with mounted(var, "ro"):
        assert "set VAR_DIR to a folder that can be written" in refusal(Run(var))


@as_root
def test_a_small_disk_is_told_before_anything_is_begun(var: Path) -> None:
    with mounted(var, "size=50m,mode=755"):
        said = refusal(Run(var))
    assert "MB are free" in said
    assert "VAR_DIR" in said


def fill(ballast: Path) -> None:
    """Until the disk is full, which raises OSError."""
    with ballast.open("wb") as file:
        while True:
            file.write(bytes(1_000_000))
            file.flush()


@as_root
@pytest.mark.slow
def test_a_disk_that_fills_up_meanwhile_is_told_and_loses_nothing(var: Path) -> None:
    with mounted(var, "size=900m,mode=755"):
        run = Run(var)
        run.wait_for("Data: ")
        ballast = var / "ballast"
        with pytest.raises(OSError, match="No space"):
            fill(ballast)
        assert run.end() == 1
        assert f"The disk of {var / 'tiny'} is full. Make room" in run.said
        assert "Traceback" not in run.said, run.said
        run.assert_nothing_left()
        ballast.unlink()
        again = Run(var, "--once")
        assert again.end() == 0, again.said
        again.assert_nothing_left()


@pytest.mark.slow
def test_a_long_path_with_spaces_and_other_letters_works(var: Path) -> None:
    """Too long for a Unix socket, whose path has room for some hundred bytes."""
    odd = var / "с пробелом и ñandú" / ("long" * 25)
    run = Run(odd, "--once")
    assert run.end() == 0, run.said
    run.assert_nothing_left()


def python_for(account: Account) -> str | None:
    """A Python of our version that the account can run, with our packages: ours, or the system's
    where ours lies in root's home."""
    ours = f"import django, psutil, sys; assert sys.version_info[:2] == {sys.version_info[:2]}"
    for python in (sys.executable, "/usr/bin/python3"):
        test = subprocess.run(
            [python, "-c", ours],
            env={"PYTHONPATH": os.pathsep.join(site.getsitepackages())},
            cwd=PROJECT,
            capture_output=True,
            check=False,
            **account.as_process(),
        )
        if test.returncode == 0:
            return python
    return None


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
def test_a_user_without_rights_runs_it(var: Path) -> None:
    python = python_for(NOBODY)
    if python is None:
        pytest.skip("another account can't run this Python, or can't reach its packages")
    var.mkdir()
    NOBODY.own(var)
    run = Run(var, "--once", account=NOBODY, python=python)
    assert run.end() == 0, run.said
    run.assert_nothing_left()


def old_python() -> str | None:
    """A Python 3.10 that runs (a version manager's name for one may not)."""
    found = shutil.which("python3.10")
    if found is None:
        return None
    works = subprocess.run([found, "-c", "pass"], capture_output=True, check=False).returncode == 0
    return found if works else None


@pytest.mark.skipif(old_python() is None, reason="needs a Python 3.10")
@pytest.mark.parametrize(
    "command", [["{}", "manage.py", "demo"], ["make", "demo", "PYTHON={}", "VENV=var/never-made"]]
)
def test_an_older_python_is_told_in_one_line(var: Path, command: list[str]) -> None:
    done = subprocess.run(
        [part.format(old_python()) for part in command],
        cwd=PROJECT,
        env=environment(var),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (PROJECT / "var" / "never-made").exists()


def test_any_error_on_a_full_disk_says_so(tmp_path: Path) -> None:
    """PostgreSQL, out of room, may only close the connection."""
    full = OSError(28, "No space left on device")
    assert "is full" in conditions.in_one_line(full, tmp_path)
    assert conditions.in_one_line(ValueError("what it was"), tmp_path) == "what it was"
