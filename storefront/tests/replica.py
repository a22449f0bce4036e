"""A PostgreSQL with a streaming replica, both to be killed."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg2

from demo.services import ports
from demo.services.postgres import Postgres


class Primary(Postgres):
    settings = {"wal_level": "replica", "max_wal_senders": "4", "hot_standby": "on"}


class Standby(Primary):
    """A copy of the primary that follows it."""

    name = "standby"

    def copy(self, primary: Primary, url: str) -> None:
        self._prepare_home()
        subprocess.run(
            [primary.binaries / "pg_basebackup", "-d", url, "-D", self.folder, "-R", "-c", "fast"],
            check=True,
            **(self.account.as_process() if self.account else {}),
        )


@dataclass(frozen=True)
class Server:
    service: Primary
    url: str

    def kill(self) -> None:
        """SIGKILL to it and all its processes."""
        found = self.service.processes()
        for process in found:
            for child in [process, *process.children(recursive=True)]:
                child.kill()
        psutil.wait_procs(found)

    def start(self) -> None:
        self.service.ensure(self.url, new_secret=False)


@contextmanager
def primary(folder: Path, *, durable: bool) -> Iterator[Server]:
    service = Primary(folder, durable=durable)
    url = service.url(ports.choose(), None)
    try:
        service.ensure(url, new_secret=True)
        with (service.folder / "pg_hba.conf").open("a") as access:
            access.write("host replication all 127.0.0.1/32 scram-sha-256\n")
        ask(url, "SELECT pg_reload_conf()")
        yield Server(service, url)
    finally:
        service.stop()


@contextmanager
def standby(folder: Path, of: Server, *, durable: bool) -> Iterator[Server]:
    service, parts = Standby(folder, durable=durable), urlsplit(of.url)
    place = parts.netloc.rsplit(":", 1)[0]
    url = parts._replace(netloc=f"{place}:{ports.choose()}").geturl()
    try:
        service.copy(of.service, of.url)
        service.ensure(url, new_secret=False)
        yield Server(service, url)
    finally:
        service.stop()


def ask(url: str, statement: str) -> object:
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]
