"""Load by wrk (https://github.com/wg/wrk): its scripts, and what it measures."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

CLIENTS: Final = 16
SECONDS: Final = 10


def require() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("wrk isn't installed (on Debian: apt-get install wrk)")


def shopper(number: int) -> str:
    return f"a{number:032x}"


def cookie(name: str) -> str:
    """A shopper's Cookie header."""
    from django.http import HttpResponse

    from streaming.identity.shoppers import COOKIE, hand_over

    response = HttpResponse()
    hand_over(response, name)
    return f"{COOKIE}={response.cookies[COOKIE].value}"


ASK_PATHS: Final = """
local n = 0
request = function() n = n % #list + 1; return wrk.format("GET", list[n]) end
"""
COUNT_FAILED: Final = """
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("FAILED %d\\nP99US %d\\nP50US %d\\n",
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(99), latency:percentile(50)))
end
"""


def script(path: str, cookies: list[str]) -> str:
    ask = f"""
local n = 0
request = function()
  n = n % math.max(#list, 1) + 1
  return wrk.format("GET", "{path}", {{["Cookie"] = list[n] or ""}})
end
"""
    return lua_list(cookies) + ask


def lua_list(texts: list[str]) -> str:
    return "local list = {" + ",".join(f'"{text}"' for text in texts) + "}\n"


def load(port: int, script_file: Path, seconds: int = SECONDS) -> dict[str, float]:
    """Requests per second and latency in ms with CLIENTS connections; SystemExit on failures."""
    found = measured(port, script_file, seconds)
    if found["failed"] or not found["rps"]:
        raise SystemExit(f"{found['failed']:.0f} requests of {script_file.stem} failed: {found}")
    return found


def measured(port: int, script_file: Path, seconds: int) -> dict[str, float]:
    counted = script_file.with_suffix(".counted.lua")
    counted.write_text(script_file.read_text() + COUNT_FAILED)
    options = ["-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--timeout", "20s", "-s", str(counted)]
    command = ["wrk", *options, f"http://127.0.0.1:{port}"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figure = dict(re.findall(r"^(FAILED|P99US|P50US) (\d+)$", text, re.MULTILINE))
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    assert rate is not None, text
    return {
        "rps": float(rate[1]),
        "p50_ms": int(figure["P50US"]) / 1000,
        "p99_ms": int(figure["P99US"]) / 1000,
        "failed": int(figure["FAILED"]),
    }
