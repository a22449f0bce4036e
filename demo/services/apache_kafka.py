# ruff: noqa: T201 - a command line of its own
"""A real single-node Apache Kafka 4 (KRaft) from Maven's registry, where JDK 17 and Maven are.

    python -m demo.services.apache_kafka up | down | run -- COMMAND...

`run` has the broker up while COMMAND runs with KAFKA_BOOTSTRAP_SERVERS set, and exits as it did.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.services import ports
from demo.services.base import Service, environment
from demo.services.process import ServiceError
from demo.services.supervisor import locked
from demo.services.tansu import broker_count
from storefront import envfile

PROJECT = Path(__file__).resolve().parent.parent.parent
RECIPE = PROJECT / "deploy" / "kafka"
HEAP = ["-Xms512m", "-Xmx512m", "-XX:+UseG1GC"]
PROPERTIES = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
inter.broker.listener.name=BROKER
listeners=BROKER://{broker},CONTROLLER://{host}:{controller}
advertised.listeners=BROKER://{broker}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={logs}
default.replication.factor={replicas}
min.insync.replicas={in_sync}
offsets.topic.replication.factor={replicas}
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={in_sync}
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr={in_sync}
group.initial.rebalance.delay.ms=0
"""


@dataclass(frozen=True)
class Quorum:
    """A cluster's id, and the ports of its controllers: one in each broker, the first is node 1."""

    cluster: str
    ports: tuple[int, ...]

    @classmethod
    def of(cls, brokers: int) -> "Quorum":
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        return cls(cluster, tuple(ports.choose() for _ in range(brokers)))

    @property
    def voters(self) -> str:
        numbered = enumerate(self.ports, start=1)
        return ",".join(f"{node}@{ports.HOST}:{port}" for node, port in numbered)


class ApacheKafka(Service):
    name = "apache-kafka"
    product = "Apache Kafka"
    variable = "KAFKA_BOOTSTRAP_SERVERS"
    program = "java"
    probe = staticmethod(broker_count)
    node = 1
    quorum: Quorum | None = None  # of several brokers; alone, another one at each start will do

    def url(self, port: int, previous: str | None) -> str:
        return f"{ports.HOST}:{port}"

    def launch(self, url: str, *, new_secret: bool) -> subprocess.Popen[bytes]:
        self.fetch()
        quorum = self.quorum or Quorum.of(1)
        config = self._configure(url, quorum)
        if not (self.folder / "logs" / "meta.properties").exists():
            # As one word: an id may begin with a dash.
            arguments = ("format", f"--cluster-id={quorum.cluster}", "-c", config)
            _checked(self._java("kafka.tools.StorageTool", *arguments), self.folder)
        return self.spawn(self._java("kafka.Kafka", config))

    def fetch(self) -> None:
        """Copy the broker's jars to lib/, once per version of the recipe."""
        recipe, done = RECIPE / "pom.xml", self.folder / "lib" / "pom.xml"
        if done.exists() and done.read_bytes() == recipe.read_bytes():
            return
        if missing := [tool for tool in ("java", "mvn") if not shutil.which(tool)]:
            raise ServiceError(
                f"{' and '.join(missing)} not found: Apache Kafka needs JDK 17 and Maven."
            )
        shutil.rmtree(self.folder / "lib", ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        copy = ["dependency:copy-dependencies", f"-DoutputDirectory={self.folder / 'lib'}"]
        _checked(["mvn", "-B", "-q", "-f", str(recipe), *copy], RECIPE, dict(os.environ))
        shutil.copyfile(recipe, done)

    def _configure(self, url: str, quorum: Quorum) -> str:
        brokers, path = len(quorum.ports), self.folder / "server.properties"
        path.write_text(
            PROPERTIES.format(
                node=self.node,
                voters=quorum.voters,
                host=ports.HOST,
                broker=url,
                controller=quorum.ports[self.node - 1],
                logs=self.folder / "logs",
                replicas=brokers,
                in_sync=brokers // 2 + 1,  # a majority
            )
        )
        return str(path)

    def _java(self, main: str, *arguments: str) -> list[str]:
        java = shutil.which("java") or "java"
        logging = [
            f"-Dlog4j2.configurationFile={RECIPE / 'log4j2.properties'}",
            f"-Dkafka.log.file={self.log.with_name('apache-kafka-server.log')}",
        ]
        return [java, *HEAP, *logging, "-cp", f"{self.folder / 'lib'}/*", main, *arguments]


def _checked(
    command: Sequence[str], folder: Path, environment_: dict[str, str] | None = None
) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment_ or environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServiceError(f"{' '.join(command[:2])} failed: {done.stdout.strip()[-2000:]}")


def up(var: Path) -> tuple[str, bool]:
    """Ensure the broker responds; its address, and whether it had to be started."""
    broker = ApacheKafka(var)
    memory = var / "apache-kafka.env"
    with locked(var):
        known = envfile.read(memory).get(broker.variable)
        url = broker.plan(known)
        envfile.write(memory, {broker.variable: url}, heading="The Apache Kafka of `make kafka`.")
        return url, broker.ensure(url, new_secret=known is None)


def down(var: Path) -> list[int]:
    with locked(var):
        return ApacheKafka(var).stop()


@contextmanager
def running(var: Path) -> Iterator[str]:
    """The broker's address; one that had to be started ends with the block."""
    url, started = up(var)
    try:
        yield url
    finally:
        if started:
            down(var)


def run(var: Path, command: Sequence[str]) -> int:
    """Run a command with the broker up; its exit code (128 + n if signal n ended it)."""
    with running(var) as url:
        print(f"Apache Kafka on {url}", flush=True)
        try:
            child = subprocess.Popen(command, env=os.environ | {ApacheKafka.variable: url})
        except OSError as error:
            raise ServiceError(f"{command[0]}: {error.strerror}") from None
        # Ctrl-C reaches the command directly; we wait for it and then stop the broker.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        code = child.wait()
    return code if code >= 0 else 128 - code


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="apache_kafka", description=__doc__.split("\n")[0])
    parser.add_argument("action", choices=("up", "down", "run"))
    parser.add_argument("command", nargs=argparse.REMAINDER, help="after run --")
    options = parser.parse_args(arguments)
    var = Path(os.environ.get("VAR_DIR") or PROJECT / "var").resolve()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if bool(command) != (options.action == "run"):
        parser.error("a command follows `run --`, and only there")
    try:
        if options.action == "run":
            return run(var, command)
        if options.action == "up":
            print(f"export KAFKA_BOOTSTRAP_SERVERS={up(var)[0]}")
        else:
            print("stopped" if down(var) else "it was not running")
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
