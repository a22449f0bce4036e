"""A Redis Cluster on this machine: three masters, with a replica each where asked."""

import signal
import subprocess
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

import redis

from streaming.tests.servers import eventually, free_port, valkey_binary

MASTERS: Final = 3
SLOTS: Final = 16_384
# After so long without an answer a master counts as dead, and its replica takes over.
TIMEOUT_MS: Final = 2000


class Cluster:
    """`nodes` are the masters, then the replicas in the same order."""

    def __init__(self, folder: Path, *, replicas: bool = False) -> None:
        self.folder = folder
        self.ports = [free_port() for _ in range(MASTERS * (1 + replicas))]
        self.bus = [free_port() for _ in self.ports]
        self.url = ",".join(f"redis://127.0.0.1:{port}/0" for port in self.ports)
        # Any: redis-py doesn't type execute_command.
        self.nodes: list[Any] = [redis.Redis(port=port) for port in self.ports]
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        with ExitStack() as stack:  # what was started ends where the rest fails
            stack.callback(self._end)
            for number in range(len(self.ports)):
                self.start(number)
            self._join()
            stack.pop_all()
        return self

    def _join(self) -> None:
        for number, node in enumerate(self.nodes):
            eventually(partial(answers, node), "a node's answer")
            node.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for number, node in enumerate(self.nodes[:MASTERS]):
            first, end = SLOTS * number // MASTERS, SLOTS * (number + 1) // MASTERS
            node.execute_command("CLUSTER", "ADDSLOTSRANGE", first, end - 1)
        for node in self.nodes[1:]:
            node.execute_command("CLUSTER", "MEET", "127.0.0.1", self.ports[0], self.bus[0])
        eventually(self.is_whole, "a whole cluster")
        for master, replica in zip(self.nodes, self.nodes[MASTERS:], strict=False):
            name = master.execute_command("CLUSTER", "MYID")
            replica.execute_command("CLUSTER", "REPLICATE", name)
        eventually(lambda: all(map(follows, self.nodes[MASTERS:])), "the replicas")

    def is_whole(self) -> bool:
        return all(is_well(node, len(self.nodes)) for node in self.nodes)

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()

    def start(self, number: int) -> None:
        folder = self.folder / str(self.ports[number])
        folder.mkdir(exist_ok=True)
        command = [valkey_binary(), "--port", str(self.ports[number]), "--bind", "127.0.0.1"]
        command += ["--dir", str(folder), "--save", "", "--cluster-enabled", "yes"]
        command += ["--cluster-port", str(self.bus[number])]
        command += ["--cluster-node-timeout", str(TIMEOUT_MS)]
        command += ["--cluster-replica-validity-factor", "0"]
        self.processes[number] = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def send_signal(self, number: int, what: signal.Signals) -> None:
        self.processes[number].send_signal(what)

    def kill(self, number: int) -> None:
        self.processes[number].kill()
        self.processes[number].wait()

    def takes_over(self, number: int) -> bool:
        """Whether a replica is a master by now."""
        return bool(self.nodes[number].info("replication")["role"] == "master")


def answers(node: Any) -> bool:
    try:
        return bool(node.ping())
    except redis.RedisError:
        return False


def is_well(node: Any, nodes: int) -> bool:
    told = node.execute_command("CLUSTER", "INFO")
    return b"cluster_state:ok" in told and b"cluster_known_nodes:%d" % nodes in told


def follows(node: Any) -> bool:
    return bool(node.info("replication").get("master_link_status") == "up")
