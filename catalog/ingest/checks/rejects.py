"""When the rejects of a file are too many to be meant."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalog.ingest.checks.advice import UNKNOWN, advice_for
from catalog.ingest.reading.records import Reject

TOP = 3
# A small file may have so many, as long as any row is usable.
FEW = 5
# Before the end of a file, when more than HOPELESS of so many rows are rejected.
EARLY_ROWS, HOPELESS = 100_000, 0.5
MOST_SHOWN = 160
ALL = 100  # percent
ALL = 100


@dataclass(frozen=True)
class Limits:
    """What an ingest may reject: rows in all, a share (%) of each file, unknown names as meant."""

    most: int | None = None
    share: float = 5.0
    only_known: bool = False

    def counted(self, rejected: Mapping[str, int]) -> int:
        """The rejects that nobody has meant."""
        return sum(
            count
            for reason, count in rejected.items()
            if not (self.only_known and reason in UNKNOWN)
        )

    def are_passed(self, rows: int, rejected: Mapping[str, int], *, at_end: bool) -> bool:
        """Whether too great a share of a file's rows is rejected."""
        if self.share >= ALL:
            return False
        count = self.counted(rejected)
        if not at_end:
            return rows >= EARLY_ROWS and count > HOPELESS * rows
        if sum(rejected.values()) == rows > 0:
            return True
        return count > max(FEW, self.share / 100 * rows)


def verdict(
    path: str,
    rows: int,
    rejected: Mapping[str, int],
    limit: float,
    example: Callable[[str], Reject | None],
    unit: str = "line",
) -> str:
    """Why the file is taken for the wrong one: the top causes, an example and advice for each."""
    count = sum(rejected.values())
    lines = [
        f"{path}: {count:,} of {rows:,} rows ({count / max(rows, 1):.0%}) can't be used, more than "
        f"{limit:g} % (--max-reject-share)."
    ]
    for reason, times in Counter(rejected).most_common(TOP):
        lines.append(f"  {times:,} × {reason}{shown(example(reason), unit)}")
        if advice := advice_for(reason):
            lines.append(f"    {advice}")
    return "\n".join(lines)


def shown(reject: Reject | None, unit: str) -> str:
    if reject is None:
        return ""
    row = re.sub(r"\s+", " ", reject.row)
    row = row if len(row) <= MOST_SHOWN else f"{row[:MOST_SHOWN]}…"
    return f", as in {unit} {reject.line}: {row}"
