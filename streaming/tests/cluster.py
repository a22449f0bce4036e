"""A Redis Cluster of three nodes on this machine."""

import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self

import redis

from streaming.tests.servers import eventually, free_port, valkey_binary

NODES: Final = 3
SLOTS: Final = 16_384


class Cluster:
    def __init__(self, folder: Path) -> None:
        self.folder, self.ports = folder, [free_port() for _ in range(NODES)]
        self.url = f"redis://127.0.0.1:{self.ports[0]}/0"
        self.bus = [free_port() for _ in range(NODES)]
        # Any: redis-py doesn't type execute_command.
        self.nodes: list[Any] = [redis.Redis(port=port) for port in self.ports]

    def __enter__(self) -> Self:
        with ExitStack() as stack:  # what was started ends where the rest fails
            for port, bus in zip(self.ports, self.bus, strict=True):
                self._start(port, bus, stack)
            self._join()
            self.stack = stack.pop_all()
        return self

    def _join(self) -> None:
        for number, node in enumerate(self.nodes):
            eventually(lambda node=node: answers(node), "a node's answer")  # type: ignore[misc]
            first, end = SLOTS * number // NODES, SLOTS * (number + 1) // NODES
            node.execute_command("CLUSTER", "ADDSLOTSRANGE", first, end - 1)
            node.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for node in self.nodes[1:]:
            node.execute_command("CLUSTER", "MEET", "127.0.0.1", self.ports[0], self.bus[0])
        eventually(lambda: all(map(is_whole, self.nodes)), "a whole cluster")

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def _start(self, port: int, bus: int, stack: ExitStack) -> None:
        folder = self.folder / str(port)
        folder.mkdir()
        command = [valkey_binary(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        command += ["--dir", str(folder), "--cluster-enabled", "yes"]
        command += ["--cluster-port", str(bus)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        stack.callback(process.wait)
        stack.callback(process.kill)


def answers(node: Any) -> bool:
    try:
        return bool(node.ping())
    except redis.RedisError:
        return False


def is_whole(node: Any) -> bool:
    told = node.execute_command("CLUSTER", "INFO")
    return b"cluster_state:ok" in told and b"cluster_known_nodes:%d" % NODES in told
