"""The Helm chart: valid for Kubernetes, hardened, with the processes of docker-compose.yml."""

import os
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from django.conf import settings

from storefront.tests.test_deployment import OURS
from web.json_types import Json

CHART = settings.BASE_DIR / "deploy" / "helm"
GOLDEN = Path(__file__).with_name("helm.golden.yaml")
# What the golden file was rendered for, and the schemas that it is checked against.
KUBERNETES = "1.31"
HELM = shutil.which("helm", path=f"{os.environ['PATH']}:{Path.home()}/go/bin")


def objects(kind: str) -> list[Json]:
    """From the golden file, which the chart renders to wherever helm is (below)."""
    return [own for own in yaml.safe_load_all(GOLDEN.read_text()) if own and own["kind"] == kind]


def pods() -> dict[str, Json]:
    """Every pod's specification by the name of its process."""
    found = [own["spec"]["template"] for own in objects("Deployment") + objects("Job")]
    found += [own["spec"]["jobTemplate"]["spec"]["template"] for own in objects("CronJob")]
    return {pod["metadata"]["labels"]["app.kubernetes.io/component"]: pod["spec"] for pod in found}


@pytest.mark.skipif(HELM is None, reason="helm isn't installed: make helm")
def test_the_chart_renders_to_the_golden_file() -> None:
    """After a change on purpose: make helm"""
    assert HELM is not None
    subprocess.run([HELM, "lint", "--strict", str(CHART)], check=True, capture_output=True)
    render = [HELM, "template", "shop", str(CHART), "--kube-version", f"{KUBERNETES}.0"]
    found = subprocess.run(render, check=True, capture_output=True, text=True).stdout
    assert found == GOLDEN.read_text()


def test_every_object_is_valid_for_kubernetes() -> None:
    known = [own for own in yaml.safe_load_all(GOLDEN.read_text()) if own]
    # KEDA's objects are its own.
    for own in known:
        if own["kind"] != "ScaledObject":
            kubernetes_validate.validate(own, KUBERNETES, strict=True)
    assert len(known) > 20


def test_the_processes_are_those_of_the_compose_file() -> None:
    commands = {name: pod["containers"][0]["command"] for name, pod in pods().items()}
    migrate, train = commands.pop("migrate"), commands.pop("train")
    composed = {name: service["command"] for name, service in OURS.items()}
    setup = composed.pop("setup")[-1]
    assert " ".join(migrate) in setup
    assert " ".join(train) in setup
    assert commands == {name: own for name, own in composed.items() if name != "replay"}


def test_no_pod_has_more_rights_than_it_needs() -> None:
    for name, pod in pods().items():
        assert pod["securityContext"]["runAsNonRoot"], name
        assert pod["automountServiceAccountToken"] is False, name
        own = pod["containers"][0]["securityContext"]
        assert own["readOnlyRootFilesystem"], name
        assert own["allowPrivilegeEscalation"] is False, name
        assert own["capabilities"] == {"drop": ["ALL"]}, name


def test_secrets_come_by_reference_only() -> None:
    assert objects("Secret") == []
    for name, pod in pods().items():
        sources = pod["containers"][0]["envFrom"]
        assert {"secretRef": {"name": "shop-secrets"}} in sources, name
    settings_of_the_chart = objects("ConfigMap")[0]["data"]
    assert not {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"} & settings_of_the_chart.keys()


def test_workers_follow_the_lag_of_their_own_group_up_to_the_partitions() -> None:
    scaled = {own["metadata"]["name"]: own["spec"] for own in objects("ScaledObject")}
    assert scaled.keys() == {"shop-stream", "shop-attribution"}
    assert scaled["shop-stream"]["maxReplicaCount"] <= settings.KAFKA_PARTITIONS
    groups = {own["triggers"][0]["metadata"]["consumerGroup"] for own in scaled.values()}
    assert groups == {f"{settings.KAFKA_TOPIC}.{name}" for name in ("features", "attribution")}
