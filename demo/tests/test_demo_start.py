"""Difficult environments: the demo either works, or says in one line what to do."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.run import conditions
from demo.run.checks.run import CHECKS
from demo.services.process import Account
from demo.tests.demos import PROJECT, Run, a_folder, environment, with_our_packages

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
NOBODY = Account(65534, 65534)


@pytest.fixture
def var() -> Iterator[Path]:
    with a_folder() as folder:
        yield folder


@contextmanager
def mounted(folder: Path, options: str, source: str = "tmpfs") -> Iterator[Path]:
    """A tmpfs, or a bind mount of `source`, for as long as the block runs."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", options, source, str(folder)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.decode()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def refusal(run: Run) -> str:
    """The single line printed by a demo that doesn't start."""
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


def test_the_services_are_started_without_loading_the_shop(var: Path) -> None:
    """The shop's apps take seconds to load, and are loaded once the services are there."""
    script = (
        "import sys, atexit, manage; atexit.register(lambda: print(*sys.modules)); manage.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "demo", "--help"],
        cwd=PROJECT,
        env=environment(var),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = done.stdout.split()
    assert "demo.services.supervisor" in loaded
    assert "catalog.models" not in loaded


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
    """Write until the disk is full, which raises OSError."""
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
        Run(var).open_and_stop()


@pytest.mark.slow
def test_on_a_long_path_with_spaces_and_other_letters_every_check_passes(var: Path) -> None:
    """Too long for a Unix socket's path, which is limited to about a hundred bytes."""
    odd = var / "с пробелом и ñandú" / ("long" * 25)
    run = Run(odd, "--once")
    assert run.end() == 0, run.said
    assert run.said.count("✓") == len(CHECKS), run.said
    run.assert_nothing_left()


def can_run(account: Account, python: Path) -> bool:
    """Whether the account can run this Python with our packages."""
    test = subprocess.run(
        [str(python), "-c", "import django, psutil, ssl"],
        env=with_our_packages(python),
        cwd=PROJECT,
        capture_output=True,
        check=False,
        **account.as_process(),
    )
    return test.returncode == 0


@as_root
@pytest.mark.slow
def test_a_user_without_rights_runs_it(var: Path) -> None:
    """Our Python may be in root's home, so it is mounted where other accounts can reach it."""
    var.mkdir()
    NOBODY.chown(var)
    with mounted(var.parent / "python", "bind", source=sys.base_prefix) as reached:
        python = reached / "bin" / Path(sys.executable).resolve().name
        if not can_run(NOBODY, python):
            pytest.skip("another account can't reach the project or its packages")
        Run(var, account=NOBODY, python=python).open_and_stop()


def old_python() -> str | None:
    """A working Python 3.10; a version manager's shim may exist without working."""
    managed = sorted(Path(sys.base_prefix).parent.glob("3.10.*/bin/python3.10"))
    for found in (shutil.which("python3.10"), *map(str, managed)):
        if (
            found
            and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0
        ):
            return found
    return None


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
    """PostgreSQL, when out of space, may only close the connection."""
    full = OSError(28, "No space left on device")
    assert "is full" in conditions.in_one_line(full, tmp_path)
    assert conditions.in_one_line(ValueError("what it was"), tmp_path) == "what it was"
