"""`manage.py services` as a user runs it, and a real Apache Kafka if there is one."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import services

PROJECT = Path(__file__).resolve().parent.parent.parent
SETTINGS = ("DATABASE_URL", "REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS", "SECRET_KEY")


@pytest.fixture
def var(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for variable in SETTINGS:
        monkeypatch.delenv(variable, raising=False)
    folder = Path(tempfile.mkdtemp(prefix="services-"))
    folder.chmod(0o755)
    yield folder
    services.down(folder)
    shutil.rmtree(folder)


def run(var: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=os.environ | {"VAR_DIR": str(var)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_starts_shows_and_stops_single_services(var: Path) -> None:
    command = ("manage.py", "services")
    assert run(var, *command, "status").returncode == 1
    # Only two are requested, so that the table still shows a stopped one.
    started = run(var, *command, "up", "redis", "kafka")
    assert started.returncode == 0, started.stderr
    assert "Valkey" in started.stdout
    shown = run(var, *command, "status", "--json")
    assert shown.returncode == 1
    states = {row["name"]: row["state"] for row in json.loads(shown.stdout)}
    assert states == {"postgres": "down", "redis": "up", "kafka": "up"}
    assert run(var, *command, "down", "kafka").stdout == "stopped: kafka\n"
    assert run(var, *command, "down").stdout == "stopped: redis\n"


def test_the_command_refuses_a_name_it_does_not_know(var: Path) -> None:
    refused = run(var, "manage.py", "services", "up", "mongodb")
    assert refused.returncode == 1
    assert "mongodb" in refused.stderr


@pytest.mark.slow
@pytest.mark.skipif(
    not (shutil.which("mvn") and shutil.which("java")), reason="needs JDK 17 and Maven"
)
def test_a_command_runs_beside_a_real_apache_kafka_and_its_exit_code_is_kept(var: Path) -> None:
    inner = (
        "import os, sys; from demo.services.tansu import broker_count; "
        "sys.exit(7 if broker_count(os.environ['KAFKA_BOOTSTRAP_SERVERS']) == '1 broker' else 1)"
    )
    kafka = ("-m", "demo.services.apache_kafka")
    ran = run(var, *kafka, "run", "--", sys.executable, "-c", inner)
    if "dependency:copy-dependencies failed" in ran.stderr:
        pytest.skip("Maven's registry is out of reach")
    assert ran.returncode == 7, ran.stderr
    assert run(var, *kafka, "down").stdout == "it was not running\n"
