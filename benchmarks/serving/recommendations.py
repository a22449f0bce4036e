"""Recommendations per second with sixteen clients, and a bare view with one Redis GET beside it.

Synthetic data: the full catalogue and 200,000 shoppers with features. Both run on the same web
server under wrk (https://github.com/wg/wrk), in short alternating turns, so that slow phases of the
machine affect both. Each figure is the median of its turns.

`for_you` is asked for by another shopper each time, so no answer was computed before; `again` by a
few who come back within seconds and have done nothing since, whose shelf the process still has.
`healthz` computes nothing: what routing and middleware leave.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final

from benchmarks.harness import Result
from benchmarks.processes import until_steady, web_server
from benchmarks.serving import wrk
from benchmarks.shop import shop, with_full_catalogue
from demo.services.ports import free_port
from recommendations.recommenders.kinds import Kind

SHOPPERS: Final = 200_000
ACTIONS: Final = 12
BENCH_KEY: Final = "bench:bare"
ROUNDS: Final = 9
TURN_SECONDS: Final = 4
ARTICLES: Final = 5_000
# More than are asked for in one turn.
STRANGERS: Final = 14_000
REGULARS: Final = 200
SWAP_S: Final = 1.2
FOR_YOU, SIMILAR = "/api/v1/recommendations/for-you/", "/api/v1/recommendations/similar/"


def run(size: int | None) -> Result:
    """`size` counts shoppers; the catalogue scales with it."""
    wrk.require()
    shoppers = size or SHOPPERS
    with shop(with_full_catalogue(shoppers / SHOPPERS)) as stage:
        articles = fill_features(shoppers)
        asked = requests(stage.place, shoppers, articles)
        bare, port = free_port(8700), free_port(8750)
        with (
            web_server("benchmarks.serving.bare:application", bare, BENCH_KEY=BENCH_KEY),
            web_server("storefront.wsgi:application", port),
        ):
            until_steady(lambda: wrk.load(port, asked["again"][0], seconds=1)["rps"])
            rounds = in_turns({name: bare if name == "bare" else port for name in asked}, asked)
            swapped = swap_under_load(port, asked["for_you"][0])
        parts = where_the_time_goes(shoppers)
    return result(stage.sizes | {"shoppers": shoppers}, rounds, swapped, parts)


Turn = Mapping[str, float]


def in_turns(
    ports: Mapping[str, int], asked: Mapping[str, Sequence[Path]]
) -> list[dict[str, Turn]]:
    def load(name: str, turn: int) -> Turn:
        return wrk.load(ports[name], asked[name][turn % len(asked[name])], TURN_SECONDS)

    return [{name: load(name, turn) for name in ports} for turn in range(ROUNDS)]


def result(
    sizes: Mapping[str, int],
    rounds: Sequence[Mapping[str, Turn]],
    swapped: Mapping[str, float],
    parts: Mapping[str, float],
) -> Result:
    def against_bare(name: str, figure: str) -> float:
        return median(of[name][figure] / of["bare"][figure] for of in rounds)

    figures = {
        f"{name}_{figure}": median(of[name][figure] for of in rounds)
        for name in rounds[0]
        for figure in ("rps", "p50_ms", "p99_ms")
    }
    return Result(
        name="serving",
        sizes={**sizes, "clients": wrk.CLIENTS, "turns": ROUNDS, "seconds_each": TURN_SECONDS},
        figures={**figures, "failed_while_swapping": swapped["failed"], "swaps": swapped["swaps"]},
        ratios={
            "for_you_p99_vs_bare": against_bare("for_you", "p99_ms"),
            "for_you_rps_vs_bare": against_bare("for_you", "rps"),
            "again_p99_vs_bare": against_bare("again", "p99_ms"),
            "again_rps_vs_bare": against_bare("again", "rps"),
            "similar_rps_vs_bare": against_bare("similar", "rps"),
            "healthz_rps_vs_bare": against_bare("healthz", "rps"),
        },
        parts=parts,
    )


def fill_features(shoppers: int) -> list[int]:
    """States of anonymous shoppers with ACTIONS actions each; returns the articles on sale.

    Computed by the stream's own reducer; only Kafka is left out.
    """
    from recommendations.bundle import registry
    from streaming import clock, connection, keys
    from streaming.features import batch
    from streaming.features.articles import Articles
    from streaming.features.batch import unlogged
    from streaming.features.state import pack
    from streaming.features.trends import Increments

    bundle = registry.active()
    assert bundle is not None
    sold: list[int] = bundle.article[bundle.on_sale & (bundle.first_sold >= 0)].tolist()
    articles, dice, now = Articles(), Random(1), clock.now_ms()
    articles.refresh()
    redis = connection.connect(30.0)
    redis.set(BENCH_KEY, "x" * 200)
    for start in range(0, shoppers, 1000):
        names = [wrk.shopper(n) for n in range(start, min(start + 1000, shoppers))]
        good = unlogged(event for name in names for event in session(dice, name, sold, now))
        trends = Increments.around(now)
        reduced = batch.reduce(good, dict.fromkeys(names), articles.known, trends)
        redis.mset({keys.state(name): pack(state) for name, state in reduced.states.items()})
    return sold


def session(dice: Random, name: str, articles: list[int], now: int) -> Iterator[Any]:
    """Views, some of them followed by an add to bag."""
    from streaming.events import schema

    for n in range(ACTIONS):
        kind = schema.BagAdd if n % 6 == 5 else schema.View
        ts = now - (ACTIONS - n) * 45_000 - dice.randrange(30_000)
        yield kind(
            id=f"{name[1:20]}{name[-8:]}{n}", shopper=name, ts=ts, source="shop",
            article=dice.choice(articles),
        )  # fmt: skip


def requests(place: Path, shoppers: int, articles: list[int]) -> dict[str, list[Path]]:
    """The wrk scripts of each endpoint; a turn takes the next one."""
    dice = Random(2)
    order = dice.sample(range(shoppers), shoppers)
    strangers = [
        [order[n % shoppers] for n in range(turn * STRANGERS, (turn + 1) * STRANGERS)]
        for turn in range(ROUNDS)
    ]
    paths = [f"{SIMILAR}?article={dice.choice(articles):010d}" for _ in range(ARTICLES)]
    scripts = {
        "bare": [wrk.script("/", [])],
        "for_you": [wrk.script(FOR_YOU, cookies(some)) for some in strangers],
        "again": [wrk.script(FOR_YOU, cookies(order[-REGULARS:]))],
        "similar": ["\n".join([wrk.lua_list(paths), wrk.ASK_PATHS])],
        "healthz": [wrk.script("/healthz", [])],
    }
    return {name: saved(place, name, texts) for name, texts in scripts.items()}


def cookies(numbers: Sequence[int]) -> list[str]:
    return [wrk.cookie(wrk.shopper(number)) for number in numbers]


def saved(place: Path, name: str, texts: Sequence[str]) -> list[Path]:
    files = [place / f"{name}-{turn}.lua" for turn in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    return files


@contextmanager
def swapping(counted: list[int]) -> Iterator[None]:
    """Meanwhile, activate a new bundle and roll back, again and again."""
    import threading

    from recommendations.bundle.versions import activate
    from recommendations.models import ModelVersion

    versions = list(ModelVersion.objects.ready()[:2])
    stop = threading.Event()

    def swap() -> None:
        while not stop.wait(SWAP_S):
            activate(versions[len(counted) % len(versions)])
            counted.append(1)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def swap_under_load(port: int, script_file: Path) -> dict[str, float]:
    """Activate and roll back under load: no request may fail."""
    from django.utils import timezone

    from recommendations.models import ModelVersion
    from recommendations.training.run import train_model

    if ModelVersion.objects.ready().count() < 2:
        train_model(None, timezone.now(), lambda line: None)
    counted: list[int] = []
    with swapping(counted):
        found = wrk.load(port, script_file)
    return found | {"swaps": len(counted)}


def where_the_time_goes(shoppers: int) -> dict[str, float]:
    """Seconds per part of a thousand for-you shelves in one process."""
    from recommendations.bundle import registry
    from recommendations.ranking.goods import goods_of
    from recommendations.ranking.inspiring import inspiring_shelf
    from recommendations.ranking.pipeline import Constraints
    from recommendations.recommenders import online_features
    from recommendations.retrieval.profile import profile_of
    from recommendations.serving import serving

    bundle = registry.active()
    assert bundle is not None
    names = [wrk.shopper(n) for n in range(0, shoppers, max(1, shoppers // 1000))][:1000]
    spent = {"features": 0.0, "profile": 0.0, "candidates, rank, diversity": 0.0, "all": 0.0}
    for name in names:
        at = time.perf_counter()
        found = online_features.snapshot_of(name)
        assert found is not None
        features = time.perf_counter()
        profile = profile_of(bundle, found.recents, None, found.now_ms)
        known = time.perf_counter()
        wish = Constraints(seed=1)
        inspiring_shelf(bundle, profile, serving.DEFAULT_K, wish, goods_of(bundle))
        ranked = time.perf_counter()
        serving.recommend(Kind.FOR_YOU, shopper=name)
        spent["features"] += features - at
        spent["profile"] += known - features
        spent["candidates, rank, diversity"] += ranked - known
        spent["all"] += time.perf_counter() - ranked
    rest = spent.pop("all") - sum(spent.values())
    return {**spent, "filters, reasons, the rest": max(0.0, rest)}
