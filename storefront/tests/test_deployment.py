"""docker-compose.yml, the Makefile and the documents refer only to what exists."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml
from celery.bin.celery import celery as celery_cli
from django.conf import settings
from django.core.management import get_commands, load_command_class

from web.json_types import Json

ROOT = settings.BASE_DIR
COMPOSE: Json = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CLUSTERS: Json = yaml.safe_load((ROOT / "deploy" / "clusters.yml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
MANAGE = re.compile(r"manage\.py ([a-z_]+)((?: --?[a-z][a-z-]*(?:[ =][^ `|]+)?)*)")


@cache
def options_of(command: str) -> set[str]:
    app = get_commands()[command]
    parser = load_command_class(str(app), command).create_parser("manage.py", command)
    return {option for action in parser._actions for option in action.option_strings}


def assert_manage_commands_exist(text: str) -> None:
    for command, arguments in MANAGE.findall(text):
        assert command in get_commands(), command
        unknown = set(re.findall(r"--[a-z][a-z-]*", arguments)) - options_of(command)
        assert not unknown, f"{command} knows no {unknown}"


@pytest.mark.parametrize("name", OURS)
def test_a_container_runs_a_command_that_exists(name: str) -> None:
    command = " ".join(OURS[name]["command"])
    assert_manage_commands_exist(command.replace(",", ""))
    if command.startswith("celery"):
        assert command.split()[3] in celery_cli.commands


@pytest.mark.parametrize("name", OURS)
def test_a_container_takes_its_secrets_from_outside(name: str) -> None:
    environment = OURS[name]["environment"]
    for variable in ("SECRET_KEY", "DATABASE_URL"):
        assert ":?" in environment[variable], f"{variable} must be required"


def test_a_container_waits_for_what_it_needs() -> None:
    for name, service in OURS.items():
        needs = set(service["depends_on"])
        assert "postgres" in needs, name
        if name not in {"images", "setup"}:
            assert {"redis", "kafka", "setup"} <= needs, name


def test_what_the_services_keep_is_on_named_volumes() -> None:
    for name in ("postgres", "redis", "kafka"):
        mounted = {volume.split(":")[0] for volume in COMPOSE["services"][name]["volumes"]}
        assert mounted <= set(COMPOSE["volumes"])


def test_every_container_of_ours_uses_the_clusters() -> None:
    services = CLUSTERS["services"]
    clustered = {name: service for name, service in services.items() if name in OURS}
    assert clustered.keys() == OURS.keys()
    for service in clustered.values():
        brokers = service["environment"]["KAFKA_BOOTSTRAP_SERVERS"].split(",")
        nodes = service["environment"]["FEATURES_CLUSTER_URL"].split(",")
        hosts = {url.removeprefix("redis://").split(":")[0] for url in (*brokers, *nodes)}
        assert hosts < services.keys()
        assert service["depends_on"].keys() < services.keys()
    mounted = [own for service in services.values() for own in service.get("volumes", ())]
    assert {own.split(":")[0] for own in mounted if own[0] != "."} == CLUSTERS["volumes"].keys()


def test_any_two_brokers_have_each_event() -> None:
    brokers = {name: own for name, own in CLUSTERS["services"].items() if "kafka" in name}
    voters = ",".join(
        f"{own['environment']['KAFKA_NODE_ID']}@{n}:9093" for n, own in brokers.items()
    )
    for own in brokers.values():
        assert own["environment"]["KAFKA_CONTROLLER_QUORUM_VOTERS"] == voters
        assert own["environment"]["KAFKA_DEFAULT_REPLICATION_FACTOR"] == len(brokers) == 3
        assert own["environment"]["KAFKA_MIN_INSYNC_REPLICAS"] == 2


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_names_commands_that_exist(document: Path) -> None:
    assert_manage_commands_exist(document.read_text())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_names_make_targets_that_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", document.read_text())) <= targets


def anchors(document: Path) -> set[str]:
    """Of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_links_of_a_document_lead_somewhere(document: Path) -> None:
    for link, heading in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", document.read_text()):
        if "://" not in link:
            target = document.parent / link if link else document
            assert target.exists(), link
            assert not heading or heading in anchors(target), f"{link}#{heading}"


STARTED = """
import sys
from storefront.celery import app
app.loader.import_default_modules()
import storefront.urls
print(*{"lightgbm", "pandas", "scipy.optimize", "scipy.stats", "sklearn"} & sys.modules.keys())
"""


def test_no_process_of_the_shop_starts_by_loading_what_only_training_uses() -> None:
    """Together those take as long to import as everything else, in each of a dozen processes."""
    started = subprocess.run(
        [sys.executable, "-c", STARTED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert started.stdout.strip() == ""


def test_make_lists_its_targets() -> None:
    listed = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert {"demo", "test", "kafka", "test-kafka"} <= set(re.findall(r"make ([a-z-]+)", listed))
