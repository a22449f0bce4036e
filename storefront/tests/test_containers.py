"""Each container's command runs as docker-compose.yml has it, against real services, and ends."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

import pytest
from django.conf import LazySettings

from demo.services import ports
from storefront.tests.test_deployment import OURS
from streaming.tests.kafka import messages
from streaming.tests.servers import database_url, eventually

GRACE_S: Final = 30
SIZES: Final = ("--articles=200", "--customers=100", "--transactions=2000")
SIGNS: Final = {
    **dict.fromkeys(("stream", "tasks", "long", "attribution"), " ready."),
    "beat": "beat: Starting",
}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_container_runs_its_command(
    log: str, store: None, settings: LazySettings, tmp_path: Path
) -> None:
    data, port = tmp_path / "data", ports.choose()
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "KAFKA_BOOTSTRAP_SERVERS": settings.KAFKA_BOOTSTRAP_SERVERS,
        "KAFKA_TOPIC": log,
        "SECRET_KEY": settings.SECRET_KEY,
        "VAR_DIR": str(tmp_path),
        "IMAGES_DIR": str(data / "images"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    generate = [sys.executable, "manage.py", "generate_hm", "--out", str(data), *SIZES]
    subprocess.run(generate, env=environment, check=True)
    setup = [part.replace("/data", str(data)) for part in OURS["setup"]["command"]]
    subprocess.run(setup, env=environment, check=True)
    for name in OURS.keys() - {"setup"}:
        # What listens gets a port that is free here.
        served = {"web": "/readyz", "images": "/healthz"}.get(name)
        command = [*OURS[name]["command"], *([f"--port={port}"] if served else [])]
        with (tmp_path / f"{name}.log").open("w+b") as told:
            process = subprocess.Popen(command, env=environment, stdout=told, stderr=told)
            try:
                eventually(lives(name, told, f"http://127.0.0.1:{port}{served}", log), name)
                process.terminate()
                process.wait(GRACE_S)
            finally:
                process.kill()


def lives(name: str, told: IO[bytes], url: str, topic: str) -> Callable[[], bool]:
    """Whether a process does what it is there for."""
    if name == "replay":
        return lambda: len(messages(topic, 10)) >= 10
    if name in SIGNS:
        return lambda: SIGNS[name] in Path(told.name).read_text()
    return lambda: answers(url)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False
