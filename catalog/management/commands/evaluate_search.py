"""Measure search by judged queries on the articles that are ingested."""

from argparse import ArgumentParser
from json import dumps
from pathlib import Path
from statistics import mean, quantiles
from time import perf_counter

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from catalog.search.facet_index import article_texts, facet_index
from catalog.search.judgements import JUDGED, BadRuleError, Score, Words, judged_queries, score
from catalog.search.ranking import FULL, Steps, rank

GOOD, BAD = 0.9, 0.5
WORST = 10
# Cumulative: each step adds to the previous one.
ABLATION = {
    "words only": Steps(understanding=False, quality=False, meaning=False),
    "+ understanding": Steps(quality=False, meaning=False),
    "+ popularity and pictures": Steps(meaning=False),
    "+ meaning": FULL,
}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--queries",
            type=Path,
            action="append",
            help="file of judged queries (default: the project's own)",
        )
        parser.add_argument(
            "--ablation",
            action="store_true",
            help="also measure with parts of the search switched off",
        )
        parser.add_argument("--json", type=Path, help="write the figures to this file")

    def handle(
        self,
        *args: object,
        queries: list[Path] | None,
        ablation: bool,
        json: Path | None,
        **options: object,
    ) -> None:
        files = queries or sorted(JUDGED.glob("*.tsv"))
        steps = ABLATION if ablation else {"everything": FULL}
        table = Table("queries", "search", "precision at 12", "≥ 0.9", "< 0.5", "p50", "p95")
        figures: dict[str, object] = {}
        for path in files:
            for name, parts in steps.items():
                scores, times = measure(path, parts)
                figures[f"{path.stem}, {name}"] = row = summary(scores, times)
                table.add_row(f"{path.name} ({len(scores)})", name, *map(str, row.values()))
            show_worst(self, scores)
        Console().print(table)
        if json:
            json.write_text(dumps(figures, indent=2))


def measure(path: Path, steps: Steps) -> tuple[list[Score], list[float]]:
    """For every query of a file: its score, and the search time in ms."""
    try:
        queries = judged_queries(path.read_text("utf-8").splitlines())
    except (OSError, UnicodeDecodeError, BadRuleError) as error:
        raise CommandError(f"{path}: {error}") from error
    if not queries:
        raise CommandError(f"{path}: the file contains no query.")
    goods = facet_index()
    if not len(goods):
        raise CommandError("There are no articles: ingest some first (manage.py ingest_hm).")
    words, times = Words(*article_texts()), []

    def search(query: str) -> list[int]:
        begun = perf_counter()
        ranked = rank(query, goods, steps)
        times.append(1000 * (perf_counter() - begun))
        return [int(row) for row in goods.by_score(ranked.rows, ranked.score)]

    for judged in queries:
        rank(judged.query, goods, steps)  # warm up: concepts are cached for the next search
    return [score(judged, search, goods, words) for judged in queries if judged.conditions], times


def summary(scores: list[Score], times: list[float]) -> dict[str, float]:
    precision = [score.precision for score in scores]
    p95 = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    return {
        "precision": round(mean(precision), 3),
        "good": sum(p >= GOOD for p in precision),
        "bad": sum(p < BAD for p in precision),
        "p50_ms": round(sorted(times)[len(times) // 2], 1),
        "p95_ms": round(p95, 1),
    }


def show_worst(command: Command, scores: list[Score]) -> None:
    for found in sorted(scores, key=lambda s: s.precision)[:WORST]:
        if found.precision < 1:
            command.stdout.write(f"{found.precision:.2f} {found.query} ({found.answers} answers)")
