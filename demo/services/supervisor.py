"""Start, look at and stop the embedded services of one var folder."""

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
from demo.services.errors import NotAnsweringError, PortTakenError, ServiceError
from demo.services.postgres import Postgres
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
    """One service as it is now. `silent`: its process runs and does not answer."""

    name: str
    product: str
    state: State
    answers: bool
    address: str  # host:port, never a password
    pid: int | None
    data_bytes: int | None  # None where nothing is kept on disk, or it is not ours
    version: str


def env_file(var: Path) -> Path:
    return var / "services.env"


def up(
    var: Path, names: Collection[str] = NAMES, *, durable: bool = True, say: Say = quiet
) -> dict[str, str]:
    """Start what is not running, and wait until all of it answers; `say` is told how it goes.

    Returns the variables that name the services and the secret key. A service whose variable the
    environment sets to something else is external: it is left alone. `durable=False` trades the
    safety of the data for speed. Raises ServiceError.
    """
    var = var.resolve()
    with locked(var):
        for _ in range(ATTEMPTS - 1):
            try:
                return _up(var, names, durable, say)
            except PortTakenError:
                continue  # another program was faster: plan again with a new port
        return _up(var, names, durable, say)


def _up(var: Path, names: Collection[str], durable: bool, say: Say) -> dict[str, str]:
    known = envfile.read(env_file(var))
    services = _services(var, names, durable, say)
    wanted = [service for service in services if not external(service, known)]
    plan = {service: service.plan(known.get(service.variable)) for service in wanted}
    env = {"SECRET_KEY": secrets.token_urlsafe(50)} | known
    env |= {service.variable: url for service, url in plan.items()}
    # Before the start: whoever is killed in between leaves servers whose address is known.
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
    """The variables of external services, as the environment names them."""
    return {
        service.variable: os.environ[service.variable]
        for service in _services(var, NAMES)
        if external(service, known)
    }


def down(var: Path, names: Collection[str] = NAMES, *, patience: float | None = None) -> list[str]:
    """Stop the services of this folder cleanly; the names of those that ran. Their data stays.

    One that takes longer than `patience` seconds (by default its own) is killed.
    """
    var = var.resolve()
    if not var.exists():
        return []
    with locked(var), ThreadPoolExecutor(len(SERVICES)) as pool:
        services = _services(var, names)
        stopped = pool.map(lambda service: service.stop(patience), services)
        return [service.name for service, pids in zip(services, stopped, strict=True) if pids]


def status(var: Path) -> list[ServiceStatus]:
    """Every service as it is now, by asking each of them."""
    var = var.resolve()
    known = envfile.read(env_file(var))
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        return list(pool.map(lambda service: _status(service, known), _services(var, NAMES)))


def external(service: Service, known: dict[str, str]) -> bool:
    """Whether the environment names another server than our own file does."""
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
    """Bytes on disk below a folder; files may come and go meanwhile."""
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
        raise ServiceError(f"No service is named {', '.join(sorted(unknown))}; there are {NAMES}.")
    return [service(var, durable=durable, say=say) for service in SERVICES if service.name in names]


@contextmanager
def locked(var: Path) -> Iterator[None]:
    """One `up` or `down` at a time for a var folder; the kernel frees it whatever happens to us."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "services.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
