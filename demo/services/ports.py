"""Loopback ports that are free now and will probably stay free."""

import secrets
import socket
from urllib.parse import SplitResult, urlsplit

HOST = "127.0.0.1"
# Below the range of ephemeral ports, so that no outgoing connection takes a remembered port.
FIRST, LAST = 15_000, 30_000


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port(first: int) -> int:
    """The first free loopback port, starting at `first`."""
    for port in range(first, first + 200):
        if is_free(port):
            return port
    raise OSError(f"no free port from {first} to {first + 199}")


def choose() -> int:
    """A random free port, so that several checkouts can start side by side."""
    while True:
        port = FIRST + secrets.randbelow(LAST - FIRST)
        if is_free(port):
            return port


def address_of(url: str) -> str:
    """`host:port` of a URL or Kafka server list, without user and password."""
    return ",".join(f"{part.hostname}:{part.port}" for part in map(_split, url.split(",")))


def port_of(url: str) -> int:
    """The port of a URL or of the first server of a Kafka server list; 0 if there is none."""
    return _split(url.partition(",")[0]).port or 0


def is_listening(url: str) -> bool:
    """Whether anything accepts connections at the (first) address."""
    parts = _split(url.partition(",")[0])
    try:
        socket.create_connection((parts.hostname or HOST, parts.port or 0), timeout=1).close()
    except OSError:
        return False
    return True


def _split(url: str) -> SplitResult:
    return urlsplit(url if "//" in url else f"//{url}")
