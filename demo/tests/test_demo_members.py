"""Which processes belong to a demo, and how they end, tested on real ones."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from demo.run import members
from demo.run.members import mark, stop_members
from demo.tests.demos import until

FOREVER = "import time; time.sleep(600)"
# A process that ignores SIGTERM, and a child of its own in another session.
STUBBORN = f"""
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", {FOREVER!r}], start_new_session=True)
time.sleep(600)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str, Path], "subprocess.Popen[bytes]"]]:
    started = []

    def run(code: str, var: Path) -> "subprocess.Popen[bytes]":
        child = subprocess.Popen(
            [sys.executable, "-c", code], env=os.environ | mark(var), start_new_session=True
        )
        started.append(child)
        return child

    yield run
    for child in started:
        child.kill()
        child.wait()


Start = Callable[[str, Path], "subprocess.Popen[bytes]"]


def test_what_a_process_starts_is_found_and_killed_even_where_it_ignores_to_be_asked(
    tmp_path: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "PROCESSES_S", 0.5)
    parent = start(STUBBORN, tmp_path)
    until(lambda: len(members.members(tmp_path)) == 2)
    stop_members(tmp_path)
    assert members.members(tmp_path) == []
    assert parent.wait(1) == -signal.SIGKILL


def test_another_folders_processes_are_left_alone(tmp_path: Path, start: Start) -> None:
    other = start(FOREVER, tmp_path / "other")
    stop_members(tmp_path)
    assert other.poll() is None
    assert [p.pid for p in members.members(tmp_path / "other")] == [other.pid]


def test_the_lock_is_refused_while_its_demo_lives(tmp_path: Path) -> None:
    descriptor = members.take(tmp_path)
    try:
        with pytest.raises(members.RunningError, match=f"already runs .*process {os.getpid()}"):
            members.take(tmp_path)
    finally:
        os.close(descriptor)


def test_a_lock_that_only_the_leavings_of_a_killed_demo_hold_is_taken_over(
    tmp_path: Path, start: Start
) -> None:
    """Command and warden were killed, but a fork of the command still holds the lock."""
    place = f"Path({str(tmp_path)!r})"
    take = f"from pathlib import Path; from demo.run import members; members.take({place})"
    fork = "import os, time\nif os.fork(): os._exit(0)\ntime.sleep(600)"
    command = [sys.executable, "-c", f"{take}\n{fork}"]
    subprocess.run(command, env=os.environ | mark(tmp_path), check=True)
    left = members.members(tmp_path)
    assert len(left) == 1
    os.close(members.take(tmp_path))
    assert not psutil.pid_exists(left[0].pid) or left[0].status() == psutil.STATUS_ZOMBIE
