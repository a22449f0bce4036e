"""Starts, inspects and stops the embedded services of a var folder."""

import fcntl
import os
import secrets
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from demo.services import ports
from demo.services.base import Say, Service, quiet
from demo.services.postgres import Postgres
from demo.services.process import NotAnsweringError, PortTakenError, ServiceError
from demo.services.tansu import Tansu
from demo.services.valkey import Valkey
from storefront import envfile

SERVICES: tuple[type[Service], ...] = (Postgres, Valkey, Tansu)
NAMES = tuple(service.name for service in SERVICES)
HEADING = "Written by `manage.py services up`. A variable set in the environment wins."
ATTEMPTS = 3

State = Literal["up", "down", "silent", "external"]


@dataclass(frozen=True)
class ServiceStatus:
    """A service's current status. `silent`: its process runs but doesn't respond."""

    name: str
    product: str
    state: State
    answers: bool
    address: str  # host:port, without a password
    pid: int | None
    data_bytes: int | None  # None if nothing is stored on disk, or it is external
    version: str


def env_file(var: Path) -> Path:
    return var / "services.env"


def up(
    var: Path, names: Collection[str] = NAMES, *, durable: bool = True, say: Say = quiet
) -> dict[str, str]:
    """Start what isn't running, and wait until everything responds; `say` reports progress.

    Returns the variables for the services, and the secret key. A service whose variable is set to
    something else in the environment is external and left alone. `durable=False` trades the safety
    of the data for speed. Raises ServiceError.
    """
    var = var.resolve()
    with locked(var):
        for _ in range(ATTEMPTS - 1):
            try:
                return _up(var, names, durable, say)
            except PortTakenError:
                continue  # another program took the port: retry with a new one
        return _up(var, names, durable, say)


def _up(var: Path, names: Collection[str], durable: bool, say: Say) -> dict[str, str]:
    known = envfile.read(env_file(var))
    services = _services(var, names, durable, say)
    wanted = [service for service in services if not external(service, known)]
    plan = {service: service.plan(known.get(service.variable)) for service in wanted}
    env = {"SECRET_KEY": secrets.token_urlsafe(50)} | known
    env |= {service.variable: url for service, url in plan.items()}
    # Written before starting: if we get killed, the address of a running server is still known.
    if env != known:
        envfile.write(env_file(var), env, heading=HEADING)
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        starts = [
            pool.submit(service.ensure, url, new_secret=service.variable not in known)
            for service, url in plan.items()
        ]
    for start in starts:
        start.result()
    return env | _outside(var, known)


def _outside(var: Path, known: dict[str, str]) -> dict[str, str]:
    """The variables of external services, as set in the environment."""
    return {
        service.variable: os.environ[service.variable]
        for service in _services(var, NAMES)
        if external(service, known)
    }


def down(var: Path, names: Collection[str] = NAMES, *, patience: float | None = None) -> list[str]:
    """Stop this folder's services cleanly; returns the names of those that ran. Their data stay.

    A service that takes longer than `patience` seconds (by default its own limit) is killed.
    """
    var = var.resolve()
    if not var.exists():
        return []
    with locked(var), ThreadPoolExecutor(len(SERVICES)) as pool:
        services = _services(var, names)
        stopped = pool.map(lambda service: service.stop(patience), services)
        return [service.name for service, pids in zip(services, stopped, strict=True) if pids]


@contextmanager
def running(var: Path, names: Collection[str] = NAMES) -> Iterator[dict[str, str]]:
    """`up` for as long as the block runs; what ran before goes on running afterwards."""
    ran = {service.name for service in _services(var.resolve(), names) if service.processes()}
    try:
        yield up(var, names)
    finally:
        down(var, [name for name in names if name not in ran])


def status(var: Path) -> list[ServiceStatus]:
    """The current status of every service, by querying each of them."""
    var = var.resolve()
    known = envfile.read(env_file(var))
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        return list(pool.map(lambda service: _status(service, known), _services(var, NAMES)))


def external(service: Service, known: dict[str, str]) -> bool:
    """Whether the environment names another server than services.env."""
    named = os.environ.get(service.variable)
    return bool(named) and named != known.get(service.variable)


def _status(service: Service, known: dict[str, str]) -> ServiceStatus:
    outside = external(service, known)
    url = os.environ[service.variable] if outside else known.get(service.variable, "")
    processes = [] if outside else service.processes()
    version = _ask(service, url) if outside or (processes and url) else ""
    own: State = ("up" if version else "silent") if processes else "down"
    return ServiceStatus(
        name=service.name,
        product=service.product,
        state="external" if outside else own,
        answers=bool(version),
        address=ports.address_of(url) if url else "",
        pid=processes[0].pid if processes else None,
        data_bytes=_size(service.folder) if service.keeps_data and not outside else None,
        version=version,
    )


def _ask(service: Service, url: str) -> str:
    try:
        return service.probe(url)
    except NotAnsweringError:
        return ""


def _size(folder: Path) -> int:
    """Bytes on disk below a folder, whose files may come and go meanwhile."""
    total = 0
    for parent, _, files in os.walk(folder):
        for file in files:
            try:
                total += os.lstat(os.path.join(parent, file)).st_blocks * 512
            except FileNotFoundError:
                continue
    return total


def _services(
    var: Path, names: Collection[str], durable: bool = True, say: Say = quiet
) -> list[Service]:
    if unknown := set(names) - set(NAMES):
        raise ServiceError(f"Unknown service: {', '.join(sorted(unknown))}. Choose from {NAMES}.")
    return [service(var, durable=durable, say=say) for service in SERVICES if service.name in names]


@contextmanager
def locked(var: Path) -> Iterator[None]:
    """One `up` or `down` at a time per var folder; the kernel releases the lock if we die."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "services.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
