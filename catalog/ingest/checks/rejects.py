"""Decides when a file has too many rejects."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalog.ingest.checks.advice import UNKNOWN, advice_for, form_hint
from catalog.ingest.cleaning.transactions import UNKNOWN_CUSTOMER
from catalog.ingest.reading.records import Reject
from catalog.ingest.reading.source import Source

TOP = 3
# A small file may always have this many, as long as any row is usable.
FEW = 5
# Stop before the end of the file if more than HOPELESS of this many rows are rejected.
EARLY_ROWS, HOPELESS = 100_000, 0.5
MAX_SHOWN = 160
ALL = 100  # percent


@dataclass(frozen=True)
class Limits:
    """Limits on rejects: total rows, share (%) of each file, whether unknown names are expected."""

    most: int | None = None
    share: float = 5.0
    only_known: bool = False

    def counted(self, rejected: Mapping[str, int]) -> int:
        """The rejects that weren't expected."""
        return sum(
            count
            for reason, count in rejected.items()
            if not (self.only_known and reason in UNKNOWN)
        )

    def are_passed(self, rows: int, rejected: Mapping[str, int], *, at_end: bool) -> bool:
        """Whether too large a share of a file's rows is rejected."""
        if self.share >= ALL:
            return False
        count = self.counted(rejected)
        if not at_end:
            return rows >= EARLY_ROWS and count > HOPELESS * rows
        if sum(rejected.values()) == rows > 0:
            return True
        return count > max(FEW, self.share / 100 * rows)


def fault_of(
    source: Source,
    rows: int,
    rejected: Mapping[str, int],
    limits: Limits,
    example: Callable[[str], Reject | None],
    ours: Callable[[], str],
    *,
    at_end: bool = True,
) -> str:
    """Why the file is refused: the top causes, with an example and advice for each. Empty if it
    isn't. `ours` gives a customer id as customers.csv has them."""
    if not limits.are_passed(rows, rejected, at_end=at_end):
        return ""
    count = sum(rejected.values())
    lines = [
        f"{source.path}: {count:,} of {rows:,} rows ({count / max(rows, 1):.0%}) can't be used, "
        f"more than {limits.share:g} % (--max-reject-share)."
    ]
    for reason, times in Counter(rejected).most_common(TOP):
        lines.append(f"  {times:,} × {reason}{format_rejects(example(reason), source.unit)}")
        if advice := advice_for(reason):
            lines.append(f"    {advice}")
    # `ours` waits for the customers' transaction, which waits for the catalogue's: sales only.
    unknown = example(UNKNOWN_CUSTOMER)
    if unknown and (hint := form_hint(source, unknown, ours())):
        lines.append(f"    {hint}")
    return "\n".join(lines)


def format_rejects(reject: Reject | None, unit: str) -> str:
    if reject is None:
        return ""
    row = re.sub(r"\s+", " ", reject.row)
    row = row if len(row) <= MAX_SHOWN else f"{row[:MAX_SHOWN]}…"
    return f", as in {unit} {reject.line}: {row}"
