"""Prometheus' rules and Grafana's dashboard refer only to metrics that the shop exposes."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.utils import timezone

from catalog.models import IngestRun
from recommendations.models import ModelVersion
from storefront.operations import celery_heartbeats
from storefront.tests.shops import Shop
from streaming import status
from streaming.clock import wall_ms
from streaming.connection import client as redis
from streaming.consumer.assignment import Assignment
from streaming.consumer.batch import PartitionBatch, Record
from streaming.consumer.processor import Log
from streaming.consumer.worker_metrics import WorkerMetrics
from streaming.tasks import flush_spool
from web.json_types import Json

DEPLOY = settings.BASE_DIR / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
DASHBOARD = json.loads((DEPLOY / "grafana" / "dashboards" / "shop.json").read_text())
NO_METRIC = {"sum", "rate", "by", "le", "max", "count", "vector", "time", "and", "or", "topk"}
NO_METRIC |= {"histogram_quantile", "increase", "min_over_time", "up", "job", "m"}
promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool here")


def rules() -> list[Json]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[Json]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions() -> list[str]:
    drawn = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [*drawn, *(rule["expr"] for rule in rules())]


def names_in(expression: str) -> set[str]:
    bare = re.sub(r"{[^}]*}|\[[^]]*\]|by \([^)]*\)", "", expression)
    return set(re.findall(r"\b[a-z][a-z_]+\b", bare)) - NO_METRIC


@pytest.mark.django_db
def test_every_figure_that_is_asked_for_is_given(client: Client, shop: Shop, store: None) -> None:
    meter = WorkerMetrics("w1", state="running", ends={0: 9})
    meter.batch([PartitionBatch(0, [Record(0, b"", wall_ms())], 1)], 0.01)
    status.publish(redis(), meter.report(Assignment([0], Log("events", "topic"), {0: 7})))
    redis().zadd(celery_heartbeats.WORKERS, {"tasks@here": wall_ms()})
    flush_spool.apply()
    now = timezone.now()
    IngestRun.objects.create(status=IngestRun.Status.DONE, finished_at=now)
    ModelVersion.objects.create(version="v", created_at=now, status="ready", is_active=True)
    client.get(f"/article/{shop.shirt.article_id}/")
    client.get("/widgets/new-in/")
    given = set(re.findall(r"^([a-z_]+)[{ ]", client.get("/metrics").text, re.MULTILINE))
    asked = set().union(*map(names_in, expressions()))
    assert len(asked) > 20
    assert asked - given == set()


def test_every_alert_says_what_is_wrong_and_how_urgent_it_is() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith(".")


def test_no_panel_lies_over_another() -> None:
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        own = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not own & cells, panel["title"]
        assert max(x for x, _ in own) < 24
        cells |= own
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_the_services_find_their_files_and_each_other() -> None:
    services = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"]
    for name in ("prometheus", "grafana"):
        assert services[name]["profiles"] == ["monitoring"]
        for mount in services[name]["volumes"]:
            source = mount.split(":")[0]
            assert not source.startswith("./") or (settings.BASE_DIR / source).is_dir()
    scraped = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    for job in scraped["scrape_configs"]:
        (found,) = job["dns_sd_configs"]
        assert set(found["names"]) <= set(services)
        if job["job_name"] == "workers":
            for name in found["names"]:
                assert services[name]["environment"]["METRICS_PORT"] == str(found["port"])


@promtool
def test_promtool_accepts_the_rules_and_their_tests(tmp_path: Path) -> None:
    folder = DEPLOY / "prometheus"
    drawn = {
        "groups": [
            {
                "name": "drawn",
                "rules": [
                    {"record": f"r{n}", "expr": text} for n, text in enumerate(expressions())
                ],
            }
        ]
    }
    (tmp_path / "drawn.yml").write_text(yaml.safe_dump(drawn))
    for arguments in (
        ["check", "config", str(folder / "prometheus.yml")],
        ["test", "rules", str(folder / "alerts_test.yml")],
        ["check", "rules", str(tmp_path / "drawn.yml")],
    ):
        done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
