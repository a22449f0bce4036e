"""`manage.py services` as a user runs it, and a real Apache Kafka if there is one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from demo.tests.demos import PROJECT


def run(var: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=os.environ | {"VAR_DIR": str(var)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_starts_shows_and_stops_single_services(
    var: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    # Only two are requested, so that the table still shows a stopped one.
    started = run(var, "manage.py", "services", "up", "redis", "kafka")
    assert started.returncode == 0, started.stderr
    assert "Valkey" in started.stdout
    settings.VAR_DIR = var
    with pytest.raises(SystemExit, match="1"):
        call_command("services", "status", "--json")
    states = {row["name"]: row["state"] for row in json.loads(capsys.readouterr().out)}
    assert states == {"postgres": "down", "redis": "up", "kafka": "up"}
    call_command("services", "down", "kafka")
    assert capsys.readouterr().out == "stopped: kafka\n"
    call_command("services", "down")
    assert capsys.readouterr().out == "stopped: redis\n"


def test_the_command_refuses_a_name_it_does_not_know(var: Path, settings: Settings) -> None:
    settings.VAR_DIR = var
    with pytest.raises(CommandError, match="mongodb"):
        call_command("services", "up", "mongodb")


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
