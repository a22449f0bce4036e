"""Events and pages under load while Redis, Kafka and PostgreSQL are killed and restarted.

Two wrk processes send as fast as they get responses: events, each with its own id, and the shop's
main pages. One service after another is killed by SIGKILL and restarted after a while. At the end
every accepted event (202) must be on the topic. The broker is a real Apache Kafka, because the
embedded one doesn't persist anything.
"""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from matplotlib import pyplot

from benchmarks import plots
from benchmarks.harness import Result
from benchmarks.processes import celery, web_server
from benchmarks.serving import wrk
from benchmarks.shop import shop, with_full_catalogue
from benchmarks.stream.kafka import kill, on_apache_kafka, own_topic
from demo import services
from demo.services import apache_kafka
from demo.services.ports import free_port
from demo.services.postgres import Postgres
from demo.services.valkey import Valkey

SECONDS: Final = 15
CLIENTS: Final = {"events": 8, "pages": 2}
COOKIES: Final = 500
# A page or event that takes longer than this counts as unanswered.
PATIENCE_S: Final = 10
DRAIN_S: Final = 120


@dataclass
class Answers:
    """One load's responses: statuses by second, ids of accepted events, and how many requests got
    no response."""

    by_second: dict[int, Counter[int]] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    unanswered: int = 0

    @classmethod
    def read(cls, file: Path) -> "Answers":
        found = cls(unanswered=int(Path(f"{file}.unanswered").read_text()))
        for line in file.read_text().splitlines():
            second, status, *ids = line.split()
            found.by_second.setdefault(int(second), Counter())[int(status)] += 1
            found.accepted.update(ids)
        return found

    def between(self, start: float, end: float) -> Counter[int]:
        """Statuses of the whole seconds in between."""
        counts = (of for second, of in self.by_second.items() if start <= second < end)
        return sum(counts, Counter[int]())


class Fault(NamedTuple):
    """What dies, and what starts it again."""

    kill: Callable[[], object]
    start: Callable[[], object]


class Span(NamedTuple):
    """When something was killed, when it was started again, and the next one's turn."""

    killed: float
    started: float
    end: float


def run(size: int | None) -> Result:
    """`size` is how many seconds each service is down, and how long between two outages."""
    wrk.require()
    seconds = size or SECONDS
    os.environ["DEMO"] = "1"  # static files need no manifest
    with (
        shop(with_full_catalogue(0.02)) as stage,
        on_apache_kafka(stage.place) as broker,
        own_topic(),
    ):
        port = free_port(8720)
        loads = scripts(stage.place)
        with flusher(), web(port, broker), under_load(port, loads):
            spans = kill_in_turn(faults_of(stage.place), seconds)
        delivered = on_topic()
    events, pages = (Answers.read(load.with_suffix(".answers")) for load in loads.values())
    plot("outage", events, pages, spans)
    figures = figures_of(events, pages, spans, delivered)
    return Result("outage", {**stage.sizes, "seconds_away": seconds, **CLIENTS}, figures, {})


def web(port: int, broker: str) -> AbstractContextManager[None]:
    from django.conf import settings

    topics = {"KAFKA_TOPIC": settings.KAFKA_TOPIC, "KAFKA_BOOTSTRAP_SERVERS": broker}
    return web_server("storefront.wsgi:application", port, **topics)


@contextmanager
def flusher() -> Iterator[None]:
    """Runs the task worker and beat, which send the spool, until the spool is empty."""
    from streaming.producers import spool

    with celery("default", "--beat", name="outage"):
        yield
        give_up = time.monotonic() + DRAIN_S
        while spool.size() and time.monotonic() < give_up:
            time.sleep(0.2)


# --- the load -------------------------------------------------------------------------------------

RECORD: Final = """
local out = io.open("{file}", "w")
out:setvbuf("line")
response = function(status, headers, body)
  local id = status == 202 and string.match(body, '"ids":%s*%["([^"]+)"') or ""
  out:write(os.time(), " ", status, " ", id, "\\n")
end
done = function(summary)
  local e = summary.errors
  local unanswered = io.open("{file}.unanswered", "w")
  unanswered:write(e.connect + e.read + e.write + e.timeout)
  unanswered:close()
end
"""
POST: Final = """
local n = 0
local started = os.time()
request = function()
  n = n + 1
  local body = string.format('{"type":"view","article":"%s","id":"o%d-%d"}',
    articles[n % #articles + 1], started, n)
  return wrk.format("POST", "/api/v1/events/",
    {["Content-Type"] = "application/json", ["Cookie"] = list[n % #list + 1]}, body)
end
"""


def scripts(place: Path) -> dict[str, Path]:
    from benchmarks.web.pages import pages
    from catalog.models import Article

    cookies = [wrk.cookie(wrk.shopper(n)) for n in range(COOKIES)]
    names = [article.article_id for article in Article.objects.popular()[:200]]
    paths = [path for some in pages().values() for path in some[:20]]
    texts = {
        "events": wrk.lua_list(cookies) + wrk.lua_list(names).replace("list", "articles", 1) + POST,
        "pages": wrk.lua_list(paths) + wrk.ASK_PATHS,
    }
    files = {name: place / f"outage_{name}.lua" for name in texts}
    for name, file in files.items():
        record = RECORD.format(file=file.with_suffix(".answers"))
        file.write_text(texts[name] + record)
    return files


@contextmanager
def under_load(port: int, loads: Mapping[str, Path]) -> Iterator[None]:
    options = ["-d1h", "-t1", f"--timeout={PATIENCE_S}s"]
    sending = [
        subprocess.Popen(
            ["wrk", *options, f"-c{CLIENTS[name]}", "-s", str(file), f"http://127.0.0.1:{port}"],
            stdout=subprocess.DEVNULL,
        )
        for name, file in loads.items()
    ]
    try:
        yield
    finally:
        for process in sending:
            process.send_signal(signal.SIGINT)
            process.wait()


# --- the outages ----------------------------------------------------------------------------------


def faults_of(place: Path) -> dict[str, Fault]:
    redis, kafka, postgres = Valkey(place), apache_kafka.ApacheKafka(place), Postgres(place)
    return {
        "redis": Fault(lambda: kill(redis), lambda: services.up(place, ["redis"])),
        "kafka": Fault(lambda: kill(kafka), lambda: apache_kafka.up(place)),
        "postgresql": Fault(lambda: kill(postgres), lambda: services.up(place, ["postgres"])),
    }


def kill_in_turn(faults: Mapping[str, Fault], seconds: int) -> dict[str, Span]:
    """Each is down for `seconds`; before and after that all are up for as long."""
    spans = {}
    time.sleep(seconds)
    for name, fault in faults.items():
        killed = time.time()
        fault.kill()
        time.sleep(seconds)
        fault.start()
        started = time.time()
        time.sleep(seconds)
        spans[name] = Span(killed, started, time.time())
    return spans


def on_topic() -> Counter[str]:
    """How often each event id is on the topic."""
    from django.conf import settings

    from streaming.events.schema import decode
    from streaming.tests.kafka import everything

    return Counter(decode(value).id for value in everything(settings.KAFKA_TOPIC))


# --- results --------------------------------------------------------------------------------------


def figures_of(
    events: Answers, pages: Answers, spans: Mapping[str, Span], delivered: Counter[str]
) -> dict[str, float]:
    figures: dict[str, float] = {
        "events_accepted": len(events.accepted),
        "events_lost": len(events.accepted - delivered.keys()),
        "events_sent_twice": sum(count > 1 for count in delivered.values()),
    }
    for name, (killed, started, end) in spans.items():
        for load, answers in (("events", events), ("pages", pages)):
            away = answers.between(killed + 1, started)
            after = answers.between(started + 1, end - 1)
            figures[f"{load}_per_s_without_{name}"] = away.total() / (started - killed)
            figures[f"{load}_503_without_{name}"] = away[503]
            figures[f"{load}_5xx_after_{name}"] = failed(after)
    for load, answers in (("events", events), ("pages", pages)):
        every = answers.between(0, float("inf"))
        figures[f"{load}_5xx_but_503"] = failed(every) - every[503]
        figures[f"{load}_unanswered"] = answers.unanswered
    return figures


def failed(statuses: Counter[int]) -> int:
    return sum(count for status, count in statuses.items() if status >= 500)


def plot(name: str, events: Answers, pages: Answers, spans: Mapping[str, Span]) -> None:
    """Responses per second, with the times shaded at which something is down."""
    figure, axes = pyplot.subplots(2, 1, figsize=(9, 4.5), sharex=True, layout="constrained")
    begin = min(events.by_second)
    for axis, (load, answers) in zip(axes, (("events", events), ("pages", pages)), strict=True):
        seconds = range(begin, max(answers.by_second) + 1)
        counts = [answers.by_second.get(second, Counter()) for second in seconds]
        bad = [failed(own) for own in counts]
        axis.plot([own.total() - n for own, n in zip(counts, bad, strict=True)], label="answered")
        axis.plot(bad, label="failed")
        axis.set(ylabel=f"{load}/s", ylim=(0, None))
        for label, (killed, started, _) in spans.items():
            axis.axvspan(killed - begin, started - begin, alpha=0.15, color="grey")
            words = f" {label.replace('_', ' ')} away"
            axis.text(killed - begin, axis.get_ylim()[1], words, va="top", size=7)
    axes[0].legend(fontsize="small", loc="lower left")
    axes[1].set(xlabel="seconds")
    plots.save(figure, name)
