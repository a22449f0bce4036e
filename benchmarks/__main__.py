"""`python -m benchmarks [NAME] [--size N]`: run one benchmark, or all of them."""

import argparse
import importlib
import os
import sys

from rich.console import Console

NAMES = ("ingest", "growth", "stream", "training", "serving", "outfits", "pages")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", choices=NAMES, help="default: all of them")
    parser.add_argument("--size", type=int, help="scales the work down (or up)")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
    for name in [arguments.name] if arguments.name else NAMES:
        result = importlib.import_module(f"benchmarks.{name}").run(arguments.size)
        result.show(Console())
        result.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
