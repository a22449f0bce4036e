"""`python -m benchmarks.web.lighthouse URL`: Google's Lighthouse on five pages of a running shop.

The goals: performance, best practices and SEO from 95, accessibility 100, cumulative layout shift
below 0.02, at most 40 KB of JavaScript as it comes over the wire. Needs Node.js and chromium.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rich.console import Console
from selectolax.lexbor import LexborHTMLParser

from benchmarks.harness import Result
from demo.run.checks.browser import Browser, Reply
from web.json_types import Json

VERSION: Final = "13.5.0"
FORMS: Final = {"mobile": (), "desktop": ("--preset=desktop",)}
CHROME: Final = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run"
AT_LEAST: Final = {"performance": 95, "accessibility": 100, "best-practices": 95, "seo": 95}
# Pages that search engines are told not to list, for which Lighthouse would deduct a third.
UNLISTED: Final = ("search", "bag")
AT_MOST: Final = {"layout_shift": 0.02, "script_kb": 40.0}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.web.lighthouse", description=__doc__
    )
    parser.add_argument(
        "url", nargs="?", default="http://127.0.0.1:8000", help="address of the shop's home page"
    )
    shop = parser.parse_args().url.rstrip("/")
    shopper = Browser(shop)
    figures = {
        f"{page}_{form}_{name}": value
        for page, path in pages(shopper).items()
        for form in FORMS
        for name, value in audited(shop + path, form, shopper, page not in UNLISTED).items()
    }
    result = Result("lighthouse", {"pages": len(figures) // 6}, figures, {})
    result.show(Console())
    result.save()
    missed = [name for name, value in figures.items() if misses(name, value)]
    print("missed: " + ", ".join(missed) if missed else "every goal is met")
    return len(missed)


def pages(shopper: Browser) -> Mapping[str, str]:
    """Home, the first department, a search, the first product listed, and a bag with that in it."""
    listing = first_link(shopper.get("/"), ".tiles a")
    product = first_link(shopper.get(listing), "#grid a")
    shopper.post("/bag/add/", order_form(shopper.get(product)))
    return {
        "home": "/",
        "listing": listing,
        "search": "/search/?q=black+dress",
        "product": product,
        "bag": "/bag/",
    }


def first_link(page: Reply, selector: str) -> str:
    link = LexborHTMLParser(page.body).css_first(selector)
    if link is None:
        raise SystemExit(f"There is no {selector}: is a shop with articles running there?")
    return str(link.attributes["href"])


def order_form(product: Reply) -> dict[str, str]:
    """What the product's page would send, with its first size if it has sizes."""
    fields = LexborHTMLParser(product.body).css("#buy input[name], .sizes input[name]")
    return {str(f.attributes["name"]): str(f.attributes["value"]) for f in reversed(fields)}


def audited(address: str, form: str, shopper: Browser, listed: bool) -> Mapping[str, float]:
    """Scores (0 to 100), layout shift, kilobytes of script; with the shopper's cookies."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in shopper.jar)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = ["npx", "--yes", f"lighthouse@{VERSION}", address, *FORMS[form], "--quiet"]
        output = ["--output=json", f"--output-path={report}", f"--chrome-flags={CHROME}"]
        options = [f"--extra-headers={json.dumps({'Cookie': cookies})}"]
        options += [] if listed else ["--skip-audits=is-crawlable"]
        chrome = {"CHROME_PATH": os.environ.get("CHROME_PATH") or shutil.which("chromium") or ""}
        subprocess.run([*command, *output, *options], env=os.environ | chrome, check=True)
        found: Json = json.loads(report.read_text())
    scores = {name: 100 * found["categories"][name]["score"] for name in AT_LEAST}
    sent = found["audits"]["network-requests"]["details"]["items"]
    scripts = sum(item["transferSize"] for item in sent if item.get("resourceType") == "Script")
    shift = found["audits"]["cumulative-layout-shift"]["numericValue"]
    return {**scores, "layout_shift": shift, "script_kb": scripts / 1000}


def misses(name: str, value: float) -> bool:
    goal = name.split("_", 2)[2]
    return value < AT_LEAST[goal] if goal in AT_LEAST else value > AT_MOST[goal]


if __name__ == "__main__":
    sys.exit(main())
