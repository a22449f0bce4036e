"""`ingest_hm --check`: reads everything as an ingest does, and loads nothing."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from django.conf import settings

from catalog.images.library import Library, survey
from catalog.images.library import warnings as library_warnings
from catalog.ingest.checks import quality, warnings
from catalog.ingest.checks.fitness import Fitness
from catalog.ingest.checks.quality import Quality, merged
from catalog.ingest.checks.rejects import Limits, fault_of
from catalog.ingest.cleaning.articles import clean_articles
from catalog.ingest.cleaning.customers import clean_customers
from catalog.ingest.cleaning.outcome import Cleaned
from catalog.ingest.cleaning.typed import clean as clean_sales
from catalog.ingest.derive import AMOUNT_WITHOUT_SALES
from catalog.ingest.keys.lookup import CustomerKeys, KnownKeys, first_occurrences, words_of
from catalog.ingest.prices import with_prices
from catalog.ingest.progress import Phases
from catalog.ingest.reading.columns import ARTICLES, CUSTOMERS, SALES
from catalog.ingest.reading.files import describe_copies, find_sources
from catalog.ingest.reading.records import REPEATED, Records, Reject
from catalog.ingest.reading.source import Source
from web.json_types import Json

Cleaner = Callable[[pa.Table], Cleaned]


@dataclass
class FileCheck:
    """The result for one file: accepted and rejected rows, an example per reason, its quality."""

    source: Source
    rows: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Reject] = field(default_factory=dict)
    quality: Quality = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        return self.rows - self.rejected.total()

    def add(self, records: Records, reasons: dict[int, str], found: Quality) -> None:
        self.rows = records.end.rows
        for reject in records.malformed:
            self.count(reject.reason, reject)
        for row, reason in reasons.items():
            known = reason in self.examples
            self.count(reason, None if known else records.reject(row, reason))
        self.quality = merged(self.quality, found)

    def count(self, reason: str, example: Reject | None) -> None:
        self.rejected[reason] += 1
        if example is not None:
            self.examples.setdefault(reason, example)

    def fault(self, limits: Limits, ours: str = "") -> str:
        """Why an ingest would stop at this file; empty if it wouldn't."""
        example = self.examples.get
        return fault_of(self.source, self.rows, self.rejected, limits, example, lambda: ours)

    def report(self) -> Json:
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": dict(self.rejected),
            "quality": self.quality,
        }


@dataclass(frozen=True)
class CheckReport:
    """`faults` would stop an ingest, `warnings` wouldn't; `fitness` lists features that work."""

    files: dict[str, FileCheck]
    faults: list[str]
    warnings: list[str]
    fitness: list[str]

    def report(self) -> Json:
        return {
            "files": {name: seen.report() for name, seen in self.files.items()},
            "faults": self.faults,
            "warnings": self.warnings,
            "fitness": self.fitness,
        }


def check(
    folder: Path, images: Path | None, limits: Limits, phases: Phases, block_bytes: int
) -> CheckReport:
    """Raises IngestError for files that can't be read at all."""
    sources = find_sources(folder)
    with phases.phase(ARTICLES):
        articles, keys = check_table(sources[ARTICLES], clean_articles, block_bytes, "article_id")
        numbers = np.unique(keys.to_numpy())
    with phases.phase(CUSTOMERS):
        customers, ids = check_table(
            sources[CUSTOMERS], clean_customers, block_bytes, "customer_id"
        )
    known = with_prices(KnownKeys(keys_of(ids), numbers), sources)
    fitness = Fitness(len(known.customers.keys), len(numbers))
    with phases.phase(SALES, sources[SALES].size) as advance:
        sales = FileCheck(sources[SALES])
        for block in sales.source.read(sales.source.start, block_bytes, typed=True):
            records, found = clean_sales(block, known)
            sales.add(records, found.reasons, quality.of_transactions(found))
            fitness.add(found)
            advance(records.end.offset, records.end.rows)
    files = {ARTICLES: articles, CUSTOMERS: customers, SALES: sales}
    ours = ids[0].as_py() if len(ids) else ""
    faults = [fault for seen in files.values() if (fault := seen.fault(limits, ours))]
    total = sum(limits.counted(seen.rejected) for seen in files.values())
    if limits.most is not None and total > limits.most:
        faults.append(f"{total} rows can't be used, more than --max-rejects {limits.most}.")
    library = survey(images) if images else Library()
    return CheckReport(
        files,
        faults,
        [*collect_warnings(folder, files), *library_warnings(folder, images, library)],
        list(fitness.describe(sales.quality, len(library.articles & set(numbers.tolist())))),
    )


def check_table(
    source: Source, clean: Cleaner, block_bytes: int, key: str
) -> tuple[FileCheck, pa.Array]:
    """A file's result and the keys of its usable rows; of duplicate keys the first row counts."""
    seen, keys = FileCheck(source), []
    for records in source.read(source.start, block_bytes):
        found = clean(records.table)
        seen.add(records, found.reasons, quality.of_table(found.table, found.emptied))
        keys.append(found.table.select([key]))
    together = pa.concat_tables(keys)[key].combine_chunks()
    repeated = len(together) - len(together.unique())
    if repeated:
        seen.rejected[f"{key} {REPEATED}"] += repeated
    return seen, together


def keys_of(ids: pa.Array) -> CustomerKeys:
    first = first_occurrences(ids)
    return CustomerKeys(words_of(ids)[first], np.arange(len(first), dtype=np.int32))


def collect_warnings(folder: Path, files: dict[str, FileCheck]) -> Iterator[str]:
    sources = {name: seen.source for name, seen in files.items()}
    yield from describe_copies(folder)
    yield from warnings.of_sources(sources, f"{AMOUNT_WITHOUT_SALES:.2f}")
    for seen in files.values():
        name = seen.source.path.name
        yield from warnings.of_file(name, seen.rows, seen.rejected, seen.quality)
        yield from warnings.of_prices(seen.quality, settings.PRICE_UNIT)
