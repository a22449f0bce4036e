"""From empty services to a shop that is ready to open; each step can be repeated safely."""

import multiprocessing
import os
import secrets
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import Error, connections

from catalog.models import IngestRun
from demo.run.conditions import in_one_line
from demo.run.data import DataSet
from demo.run.processes import Child
from recommendations.bundle.format import BundleError
from recommendations.bundle.models import ModelVersion
from recommendations.bundle.reader import open_bundle
from web import compiled

ADMIN = "admin"
# Background work runs at low priority.
NICE = {"long": 10, "training": 10}
Say = Callable[[str], None]


class StepError(Exception):
    """A step failed and has printed the reason."""


def prepare(data: DataSet, say: Say) -> None:
    """Migrate, generate the data unless provided, ingest them, and provide a model to open with."""
    compiling = start_in_child(_compile, data.var)
    run_in_child(lambda: _prepare(data, say), data.var)
    compiling.join()


def _compile() -> None:
    """On a new machine, compile what the web and the stream worker then read from Numba's cache."""
    for loaded in ("recommendations.serving.warming", "streaming.features.processor"):
        import_module(loaded)
    compiled.prepare("recommendations")
    compiled.prepare("streaming")


def _prepare(data: DataSet, say: Say) -> None:
    say("Tables in PostgreSQL …")
    call_command("migrate", verbosity=0)
    if data.scale is not None:
        say(f"Data: {data.scale.articles:,} articles with pictures, drawn and generated …")
        call_command(*data.generate_arguments())
    say(f"Ingest of {data.folder} …")
    call_command("ingest_hm", f"--data-dir={data.folder}")
    if needs_first_model():
        say("A first model, of popularity and content …")
        call_command("train_recommendations", "--quick")


def run_in_child(work: Callable[[], None], var: Path) -> None:
    """Run it in a child process, so that Ctrl-C needn't wait for a computing library, and its
    memory is released afterwards.

    Raises StepError if it fails; it has printed the reason.
    """
    process = start_in_child(work, var)
    process.join()
    if process.exitcode:
        raise StepError


def start_in_child(work: Callable[[], None], var: Path) -> BaseProcess:
    process = multiprocessing.get_context("fork").Process(target=_child_main, args=(work, var))
    process.start()
    return process


def _child_main(work: Callable[[], None], var: Path) -> None:
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    try:
        work()
    except (CommandError, OSError, Error) as error:
        sys.stderr.write(f"{in_one_line(error, var)}\n")
        sys.exit(1)
    finally:
        connections.close_all()


def needs_first_model() -> bool:
    """True unless there is a model, however old, that this release can read."""
    active = ModelVersion.objects.active().first()
    return active is None or not is_readable(active)


def needs_full_model() -> bool:
    """True unless the full model was trained on the last ingest."""
    done = IngestRun.objects.filter(status=IngestRun.Status.DONE)
    newest = done.values_list("finished_at", flat=True).first()
    active = (
        ModelVersion.objects.active().filter(created_at__gte=newest).first() if newest else None
    )
    return active is None or active.is_quick or not is_readable(active)


def is_readable(version: ModelVersion) -> bool:
    try:
        open_bundle(version.folder)
    except BundleError:
        return False
    return True


def admin_password(var: Path) -> str:
    """The admin's password, generated on the first run and stored readable only by its owner."""
    file = var / "admin-password"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(9))
    password = file.read_text()
    users = get_user_model().objects
    if not users.filter(username=ADMIN).exists():
        users.create_superuser(ADMIN, "", password)
    return password


def log_of(name: str) -> Path:
    logs: Path = settings.VAR_DIR / "log"
    return logs / f"{name}.log"


def training() -> Child:
    """The full training, in parallel with the open shop."""
    return Child(
        "training",
        ["manage.py", "train_recommendations"],
        log_of("training"),
        nice=NICE["training"],
    )


def children(port: int, image_port: int, *, replay: bool) -> list[Child]:
    """The shop's processes, in start order."""
    celery = ["-m", "celery", "-A", "storefront"]
    worker = [*celery, "worker", "--concurrency=1", "--loglevel=INFO", "--without-gossip"]
    commands = {
        "web": ["manage.py", "serve", f"--port={port}"],
        "images": ["manage.py", "image_server", f"--port={image_port}"],
        "stream": [*worker, "--queues=stream", "--hostname=stream@%h", "--pool=solo"],
        "tasks": [*worker, "--queues=default", "--hostname=tasks@%h"],
        "long": [*worker, "--queues=long", "--hostname=long@%h"],
        "attribution": [
            *worker,
            "--queues=attribution",
            "--hostname=attribution@%h",
            "--pool=solo",
        ],
        "beat": [*celery, "beat", "--loglevel=INFO"],
    }
    if replay:
        commands["replay"] = ["manage.py", "replay_transactions", "--rate=5", "--browse", "--loop"]
    return [
        Child(name, arguments, log_of(name), nice=NICE.get(name, 0))
        for name, arguments in commands.items()
    ]
