"""The feature store beside Feast's online store on the same Redis: reads and writes of shoppers.

Ours writes all shoppers' packed states with their position in one script, and reads one shopper's
features as a shelf does. Feast writes all rows in one call and reads one shopper's twenty features
of the same kinds: sixteen numbers and four lists of twenty articles. Both are called in turns, from
one process each.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.harness import Result, var_dir
from benchmarks.stream.memory import LINES_EACH, packed_states
from benchmarks.stream.throughput import set_up, stage
from demo import services

HERE = Path(__file__).parent
SHOPPERS, ROUNDS = 1_000, 5
FEAST_DATABASE = 8
TOPIC = "peers"


def run(size: int | None) -> Result:
    """`size` is the number of shoppers."""
    shoppers = size or SHOPPERS
    with services.running(var_dir()) as environment:
        set_up(environment)
        with stage(LINES_EACH * shoppers), feast(environment["REDIS_URL"]) as peer:
            return measured(shoppers, peer)


@contextmanager
def feast(redis: str) -> "Iterator[subprocess.Popen[str]]":
    """Feast in a process and an environment of its own, which answers orders with seconds."""
    where = urlsplit(redis)
    place = f"{where.hostname}:{where.port},db={FEAST_DATABASE},password={where.password}"
    command = [str(python()), str(HERE / "feast_store.py"), place]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def python() -> Path:
    """The peers' own interpreter; their packages are installed once."""
    home = var_dir() / "peers"
    interpreter, ready = home / "bin" / "python", home / "ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        pip = [str(interpreter), "-m", "pip", "install", "-q", "-r", str(HERE / "requirements.txt")]
        subprocess.run(pip, check=True)
        ready.touch()
    return interpreter


def measured(shoppers: int, peer: "subprocess.Popen[str]") -> Result:
    from streaming import keys
    from streaming.connection import client
    from streaming.features.registry import REGISTRY

    states = next(packed_states(shoppers))
    for order in ("write", "read"):
        asked(peer, order, len(states))  # whatever is done once
    rounds = [
        (
            written(states, number),
            asked(peer, "write", len(states)),
            read(list(states)),
            asked(peer, "read", len(states)),
        )
        for number in range(ROUNDS)
    ]
    write, feast_write, one, feast_one = (
        statistics.median(column) for column in zip(*rounds, strict=True)
    )
    held = client().memory_usage(keys.state(next(iter(states)))) or 0
    return Result(
        name="peers",
        sizes={"shoppers": len(states), "features": len(REGISTRY), "features of Feast": 20},
        figures={
            "read_ms": 1e3 * one,
            "feast_read_ms": 1e3 * feast_one,
            "writes_per_s": 1 / write,
            "feast_writes_per_s": 1 / feast_write,
            "bytes_of_one_shopper": held,
        },
        ratios={
            "reads_vs_feast": feast_one / one,
            "writes_vs_feast": feast_write / write,
        },
    )


def asked(peer: "subprocess.Popen[str]", order: str, number: int) -> float:
    """The seconds a shopper that Feast took; SystemExit if it died."""
    if peer.stdin is None or peer.stdout is None:
        raise SystemExit("Feast has no pipes")
    try:
        peer.stdin.write(f"{order} {number}\n")
        peer.stdin.flush()
        return float(peer.stdout.readline()) / number
    except (BrokenPipeError, ValueError):
        raise SystemExit("Feast ended, see its error above") from None


def written(states: dict[str, bytes], number: int) -> float:
    """Seconds a shopper, all at once with the partition's position."""
    from streaming.connection import client
    from streaming.consumer.processor import NO_POSITION
    from streaming.features.store.writer import Effect, Writer

    writer = Writer(client())
    at = NO_POSITION if number == 0 else number
    begun = time.perf_counter()
    writer.positions(TOPIC, [0])
    if not writer.apply([Effect(0, TOPIC, at, number + 1, states)])[0]:
        raise SystemExit("the store refused the batch")
    return (time.perf_counter() - begun) / len(states)


def read(names: list[str]) -> float:
    """Seconds a shopper, all features of one after the other."""
    from streaming.features import store

    begun = time.perf_counter()
    for name in names:
        if not store.snapshot(name).state.purchase_days:
            raise SystemExit(f"{name} has no features")
    return (time.perf_counter() - begun) / len(names)
