"""The demo's supervisor, on real processes."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from demo.run.data import SCALES, data_set
from demo.run.processes import Child, ChildError, Supervisor, reap_others, wait_for_port
from demo.services.ports import free_port, is_free
from demo.tests.demos import until

SLEEP = ["-c", "import time; time.sleep(60)"]


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    child = Child("sleeper", SLEEP, tmp_path / "log" / "sleeper.log")
    yield child
    if child.process is not None:
        child.process.kill()
        child.process.wait()


def pid(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


def test_a_killed_child_is_reported_once_and_started_again_after_its_pause(child: Child) -> None:
    supervisor = Supervisor([child])
    supervisor.start()
    first = pid(child)
    os.kill(first, signal.SIGKILL)
    assert child.process is not None
    child.process.wait()
    assert supervisor.revive(now=100.0) == [child]
    assert supervisor.revive(now=100.5) == []
    assert not child.is_running()
    assert supervisor.revive(now=101.1) == []
    assert child.is_running()
    assert pid(child) != first


def test_some_children_can_start_before_the_rest_and_start_only_once(
    child: Child, tmp_path: Path
) -> None:
    other = Child("other", SLEEP, tmp_path / "log" / "other.log")
    supervisor = Supervisor([other, child])
    supervisor.start([child.name])
    first = pid(child)
    assert not other.is_running()
    supervisor.start()
    os.kill(pid(other), signal.SIGKILL)
    assert pid(child) == first


def test_the_pause_before_a_restart_doubles_up_to_a_bound(child: Child) -> None:
    supervisor = Supervisor([child])
    pauses = []
    for _ in range(8):
        child.start()
        os.kill(pid(child), signal.SIGKILL)
        assert child.process is not None
        child.process.wait()
        supervisor.revive(now=0.0)
        pauses.append(child.start_at)
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_child_that_dies_at_once_is_named_with_its_last_words(tmp_path: Path) -> None:
    broken = Child("web", ["-c", "raise SystemExit('no such module')"], tmp_path / "web.log")
    broken.start()
    with pytest.raises(ChildError, match=r"web doesn.t answer[\s\S]*no such module"):
        wait_for_port(free_port(20_000), broken, timeout_s=10)


def test_a_child_is_nicer_than_we_are_by_as_much_as_asked(child: Child) -> None:
    child.nice = 3
    child.start()
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, pid(child)) == min(own + 3, 19)


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        assert free_port(port) > port


def test_every_data_set_has_its_own_folder_for_state(tmp_path: Path) -> None:
    folders = {data_set(tmp_path, None, scale).var for scale in SCALES}
    folders |= {data_set(tmp_path, str(tmp_path / name), "small").var for name in ("a", "b")}
    assert len(folders) == len(SCALES) + 2


def test_only_generated_data_is_labelled_synthetic(tmp_path: Path) -> None:
    assert "Synthetic" in data_set(tmp_path, None, "small").label
    assert data_set(tmp_path, str(tmp_path), "small").label == ""


def test_a_service_that_died_leaves_no_zombie(tmp_path: Path) -> None:
    """But a child that is known keeps its exit status for whoever started it."""
    service = subprocess.Popen([sys.executable, "-c", ""])
    until(lambda: is_zombie(service.pid))
    reap_others([])
    assert not psutil.pid_exists(service.pid)
    child = Child("child", ["-c", "raise SystemExit(7)"], tmp_path / "log")
    child.start()
    until(lambda: is_zombie(pid(child)))
    reap_others([child])
    assert child.process is not None
    assert child.process.wait() == 7


def is_zombie(pid: int) -> bool:
    return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
