"""A pytest plugin that starts real services before pytest-django reads the settings.

Loaded by `-p demo.testing` (pyproject.toml). The services live under VAR_DIR, by default var/test,
and keep their data between runs: restarting them takes a fraction of a second. A service that is
set in the environment (DATABASE_URL, REDIS_URL, KAFKA_BOOTSTRAP_SERVERS) is used as it is. With
`-n 2` (pytest-xdist) each test process has its own services.
"""

import os
import signal
import sys
import time
from collections.abc import Collection, Generator
from pathlib import Path

import hypothesis
import pytest

from demo import services

os.environ.setdefault("VAR_DIR", str(Path(__file__).resolve().parent.parent / "var" / "test"))
LANE = os.environ.get("PYTEST_XDIST_WORKER", "")
os.environ["VAR_DIR"] = str(Path(os.environ["VAR_DIR"]) / LANE)
# Hundreds of processes are started: without cached bytecode each would compile the project again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Acting as one of the data set's customers is a demo feature, which the tests cover.
os.environ["DEMO"] = "1"

# A background job ignores Ctrl-C, and one under nohup a closed terminal. Processes that the tests
# start and interrupt would inherit that; they don't inherit a handler.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda number, frame: None)

# An example's duration depends on the machine, not the code.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

ASKS_ONLY = ("help", "version", "collectonly", "showfixtures", "markers", "setupplan")
started = pytest.StashKey[Collection[str]]()


# Wrappers run before plain hooks, and pytest-django reads the settings in a plain hook.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    asked = early_config.known_args_namespace
    if getattr(asked, "numprocesses", 0) and not LANE:
        _refuse_shared()
    elif not any(getattr(asked, option, False) for option in ASKS_ONLY):
        early_config.stash[started] = _start(Path(os.environ["VAR_DIR"]))
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the services that this run started."""
    services.down(Path(os.environ["VAR_DIR"]), config.stash.get(started, ()))


@pytest.fixture(autouse=True)
def _new_process() -> None:
    """Clear the process's caches: the previous test's rules, experiments, erased shoppers, the last
    day of its data, a Redis outage."""
    from recommendations.recommenders.online_features import breaker  # settings are read by now
    from web import cache

    cache.empty()
    breaker.open_until = 0.0


def _refuse_shared() -> None:
    named = sorted({"DATABASE_URL", "REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS"} & os.environ.keys())
    if named:
        raise pytest.UsageError(f"With -n no service can be shared: unset {', '.join(named)}.")


def _start(var: Path) -> list[str]:
    """Start what isn't running; returns the names of what was started."""
    begin = time.monotonic()
    missing = [row.name for row in services.status(var) if not row.answers]
    try:
        services.up(var, durable=False)
        rows = services.status(var)
        if silent := [f"{row.name} at {row.address}" for row in rows if not row.answers]:
            raise services.ServiceError(f"no answer from {', '.join(silent)}")
    except services.ServiceError as error:
        services.down(var, missing)
        raise pytest.UsageError(f"The services for the tests are not there: {error}") from None
    took = time.monotonic() - begin
    places = ", ".join(f"{row.name} {row.address}" for row in rows)
    print(f"services: {places} ({len(missing)} started in {took:.1f} s)")  # noqa: T201
    return missing
