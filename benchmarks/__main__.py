"""`python -m benchmarks [NAME] [--size N]`: run one benchmark, or all of them.

Each stops the services that it started, even when interrupted, and reports the ratios that are more
than a tenth worse than those recorded at the same size.
"""

import argparse
import importlib
import os
import signal
import subprocess
import sys
from types import FrameType

from rich.console import Console

MODULES = {
    "ingest": "data.ingest",
    "growth": "data.growth",
    "stream": "stream.throughput",
    "training": "training.local",
    "serving": "serving.recommendations",
    "outfits": "serving.outfits",
    "pages": "web.pages",
    "admin": "web.admin",
    "outage": "stream.outage",
    "shoppers": "web.shoppers",
    "complements": "training.complements",
    "spark": "training.spark",
    "clusters": "clusters",
    "scale": "scale",
    "peers": "peers.features",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", choices=MODULES, help="benchmark to run (default: all)")
    parser.add_argument("--size", type=int, help="scale the work down or up")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupt)
    if arguments.name is None:
        return run_all(arguments.size)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
    result = importlib.import_module(f"benchmarks.{MODULES[arguments.name]}").run(arguments.size)
    result.show(Console())
    result.save()
    return 0


def run_all(size: int | None) -> int:
    """Each in its own process, with its own services and so its own settings."""
    more = [] if size is None else ["--size", str(size)]
    return max(in_a_process(name, *more) for name in MODULES)


def in_a_process(name: str, *more: str) -> int:
    process = subprocess.Popen([sys.executable, "-m", "benchmarks", name, *more])
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise


def interrupt(number: int, frame: FrameType | None) -> None:
    """End as Ctrl-C does, so that whatever was started is stopped."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
