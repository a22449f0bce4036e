"""From empty services to a shop ready to open: each step is safe to run again."""

import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command

from catalog.models import IngestRun
from demo.run.data import DataSet
from demo.run.processes import Child
from recommendations.bundle.format import BundleError
from recommendations.bundle.reader import open_bundle
from recommendations.models import ModelVersion

ADMIN = "admin"


def prepare(data: DataSet) -> None:
    """Migrate, make the data if it is ours to make, load it, and train on it."""
    call_command("migrate", verbosity=0)
    if data.scale is not None:
        call_command(*data.generate_arguments())
    call_command("ingest_hm", f"--data-dir={data.folder}")
    if needs_training():
        call_command("train_recommendations")


def needs_training() -> bool:
    """True unless a model was trained since the last ingest that brought rows, and this release
    can read it."""
    done = IngestRun.objects.filter(status=IngestRun.Status.DONE)
    newest = done.values_list("finished_at", flat=True).first()
    active = (
        ModelVersion.objects.active().filter(created_at__gte=newest).first() if newest else None
    )
    return active is None or not is_readable(active)


def is_readable(version: ModelVersion) -> bool:
    try:
        open_bundle(version.folder)
    except BundleError:
        return False
    return True


def admin_password(var: Path) -> str:
    """The admin's password, made on the first run and kept where only its owner reads it."""
    file = var / "admin-password"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(9))
    password = file.read_text()
    users = get_user_model().objects
    if not users.filter(username=ADMIN).exists():
        users.create_superuser(ADMIN, "", password)
    return password


def children(data: DataSet, port: int, image_port: int, *, replay: bool) -> list[Child]:
    """The shop's processes, in the order they start."""
    celery = ["-m", "celery", "-A", "storefront"]
    worker = [*celery, "worker", "--concurrency=1", "--loglevel=INFO", "--without-gossip"]
    commands = {
        "web": ["manage.py", "serve", f"--port={port}"],
        "images": ["manage.py", "image_server", f"--port={image_port}"],
        "stream": [*worker, "--queues=stream", "--hostname=stream@%h", "--pool=solo"],
        "tasks": [*worker, "--queues=default", "--hostname=tasks@%h"],
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
    logs = settings.VAR_DIR / "log"
    return [Child(name, arguments, logs / f"{name}.log") for name, arguments in commands.items()]
