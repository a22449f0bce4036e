"""The server is killed, or its disk fills up, while `ingest_hm` is loading."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from catalog.tests import hm
from catalog.tests.processes import Database, administrate

pytestmark = pytest.mark.slow
ROWS = 60_000
SERVER = (settings.VAR_DIR / "postgres").resolve()  # a folder that the server's account can reach


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [{"t_dat": f"2020-{1 + at // 20_000:02}-01"} for at in range(ROWS)]
    return hm.write_hm(tmp_path_factory.mktemp("data") / "hm", transactions=rows)


def migrated(database: Database) -> Database:
    database.start("migrate", "--verbosity", "0").succeed()
    return database


def test_a_killed_server_costs_nothing_but_a_second_start(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "server"
    try:
        database = migrated(Database("fashion", tmp_path, services("up", place)))
        run = database.ingest(data, "0.1")
        run.wait_until(database.has_read(ROWS // 4))
        kill_server(place)
        code, said = run.end()
        assert code == 1, said
        assert "the same command continues" in said
        services("up", place)
        database.ingest(data, "0.1").succeed()
        assert database.query("SELECT count(*), count(DISTINCT id) FROM catalog_transaction") == (
            ROWS,
            ROWS,
        )
    finally:
        services("down", place)


def services(what: str, place: Path) -> str:
    """Start or stop an embedded PostgreSQL in a folder; returns its address."""
    named = ("DATABASE_URL", "REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS")
    others = {name: value for name, value in os.environ.items() if name not in named}
    subprocess.run(
        [sys.executable, "manage.py", "services", what, "postgres"],
        cwd=settings.BASE_DIR,
        env=others | {"VAR_DIR": str(place)},
        check=True,
        capture_output=True,
    )
    written = re.search(r"^DATABASE_URL=['\"]?([^'\"\n]+)", env_file(place), re.MULTILINE)
    return written[1] if written else ""


def env_file(place: Path) -> str:
    file = place / "services.env"
    return file.read_text() if file.exists() else ""


def kill_server(place: Path) -> None:
    """kill -9 the server and all its processes."""
    pid = int((place / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    server = psutil.Process(pid)
    for process in [server, *server.children(recursive=True)]:
        process.send_signal(signal.SIGKILL)
    psutil.wait_procs([server], timeout=180)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_a_full_disk_is_told_and_with_more_room_the_same_command_goes_on(
    data: Path, tmp_path: Path
) -> None:
    if not SERVER.exists():
        pytest.skip("the server is not the embedded one")
    with small_disk(SERVER / f"disk-{os.getpid()}") as disk, tablespace(disk) as name:
        database = Database(f"ingest_full_{os.getpid()}", tmp_path)
        administrate(f"CREATE DATABASE {database.name}")
        try:
            migrated(database)
            database.run(f"ALTER DATABASE {database.name} SET default_tablespace = {name}")
            code, said = database.ingest(data, "0.1").end()
            assert code == 1, said
            assert "No space left on device" in said
            assert database.query("SELECT count(*) FROM catalog_transaction") == (0,)
            mount("-o", "remount,size=64m", str(disk))
            database.ingest(data, "0.1").succeed()
            assert database.query("SELECT count(*) FROM catalog_transaction") == (ROWS,)
        finally:
            administrate(f"DROP DATABASE {database.name} WITH (FORCE)")


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A file system of 2 MB, as the server's own account sees it."""
    place.mkdir()
    if mount("-t", "tmpfs", "-o", "size=2m", "none", str(place)):
        place.rmdir()
        pytest.skip("no file system can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=False)
        place.rmdir()


def mount(*arguments: str) -> int:
    return subprocess.run(["mount", *arguments], check=False, capture_output=True).returncode


@contextmanager
def tablespace(disk: Path) -> Iterator[str]:
    name, folder = f"small_{os.getpid()}", disk / "postgres"
    folder.mkdir()
    owner = (SERVER / "data").stat()
    os.chown(folder, owner.st_uid, owner.st_gid)
    administrate(f"CREATE TABLESPACE {name} LOCATION '{folder}'")
    try:
        yield name
    finally:
        administrate(f"DROP TABLESPACE {name}")
