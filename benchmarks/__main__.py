"""`python -m benchmarks [NAME] [--size N]`: run one benchmark, or all of them."""

import argparse
import importlib
import os
import subprocess
import sys

from rich.console import Console

NAMES = (
    *("ingest", "growth", "stream", "training", "serving", "outfits", "pages", "admin", "outage"),
    *("shoppers", "complements", "spark", "scale"),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", choices=NAMES, help="default: all of them")
    parser.add_argument("--size", type=int, help="scales the work down (or up)")
    arguments = parser.parse_args()
    if arguments.name is None:
        return run_all(arguments.size)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
    result = importlib.import_module(f"benchmarks.{arguments.name}").run(arguments.size)
    result.show(Console())
    result.save()
    return 0


def run_all(size: int | None) -> int:
    """Each in its own process, with its own services and so its own settings."""
    more = [] if size is None else ["--size", str(size)]
    codes = [
        subprocess.run([sys.executable, "-m", "benchmarks", name, *more], check=False).returncode
        for name in NAMES
    ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
