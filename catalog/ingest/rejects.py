"""The file of rejected rows."""

import csv
import itertools
from collections.abc import Iterable
from pathlib import Path

from catalog.ingest.reading.records import Reject

HEADER = ("file", "line", "reason", "row")


class RejectsFile:
    """A CSV file of file, line, reason and row; created with the first reject.

    It is written before the checkpoint that counts its rows commits, and truncated to the committed
    length when a run resumes, so that it contains each reject once.
    """

    def __init__(self, path: Path, size: int) -> None:
        """Resume the file at its committed `size` in bytes."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            with path.open("rb+") as file:
                file.truncate(min(size, path.stat().st_size))

    def first(self, count: int) -> list[tuple[str, ...]]:
        """The first rows of the file."""
        if not self.path.exists():
            return []
        with self.path.open(newline="", encoding="utf-8") as file:
            return [tuple(row) for row in itertools.islice(csv.reader(file), 1, count + 1)]

    def example(self, name: str, reason: str) -> Reject | None:
        """A file's first reject for this reason."""
        if not self.path.exists():
            return None
        with self.path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if (row["file"], row["reason"]) == (name, reason):
                    return Reject(int(row["line"]), reason, row["row"])
        return None

    def append(self, name: str, rejects: Iterable[Reject]) -> int:
        """Append rejects of one input file; returns the length of the rejects file in bytes."""
        rows = [(name, reject.line, reject.reason, reject.row) for reject in rejects]
        size = self.path.stat().st_size if self.path.exists() else 0
        if not rows:
            return size
        with self.path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            if not size:
                writer.writerow(HEADER)
            writer.writerows(rows)
        return self.path.stat().st_size
