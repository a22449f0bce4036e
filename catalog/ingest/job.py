"""State of a running ingest: its checkpoints, its rejects file, and its limits."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from catalog.ingest.checks.advice import UNKNOWN
from catalog.ingest.checks.quality import Quality, merged
from catalog.ingest.checks.rejects import Limits, fault_of
from catalog.ingest.errors import IngestError
from catalog.ingest.progress import Phases
from catalog.ingest.reading.position import Position
from catalog.ingest.reading.records import Records, Reject
from catalog.ingest.reading.source import Source
from catalog.ingest.rejects import RejectsFile
from catalog.models import Customer, IngestFile, IngestRun

EXAMPLES = 5


@dataclass(frozen=True)
class Job:
    """One run of the command. `files` are the run's checkpoints by name."""

    run: IngestRun
    sources: dict[str, Source]
    files: dict[str, IngestFile]
    rejects: RejectsFile
    phases: Phases
    block_bytes: int
    limits: Limits

    def start(self, name: str) -> Position:
        """The position of the file's checkpoint."""
        file = self.files[name]
        return Position(file.offset, file.line, file.rows, file.crc)

    @contextmanager
    def reading(
        self, name: str, *, beside: bool = False
    ) -> Iterator[tuple[Iterator[Records], Callable[[Position], None]]]:
        """The rest of a file after its checkpoint, and a function to report progress."""
        source, start = self.sources[name], self.start(name)
        with self.phases.phase(name, source.size, beside=beside) as advance:
            yield (
                source.read(start, self.block_bytes, typed=True),
                lambda position: advance(position.offset, position.rows - start.rows),
            )

    def checkpoint(
        self,
        name: str,
        end: Position,
        rejects: list[Reject],
        quality: Quality,
        *,
        done: bool = False,
    ) -> None:
        """Record, in the open transaction, that everything up to `end` is done.

        Raises IngestError if more rows were rejected than the limits allow.
        """
        file = self.files[name]
        file.offset, file.line, file.rows, file.crc = end.offset, end.line, end.rows, end.crc
        file.done = done
        file.rejected = dict(Counter(file.rejected) + Counter(item.reason for item in rejects))
        file.accepted = file.rows - file.rejected_rows
        file.quality = merged(file.quality, quality)
        self.check_rejects(name, rejects, counted=True)
        path = self.sources[name].path.name
        file.rejects_size = self.rejects.append(path, self.rejects_to_write(rejects))
        self.check_share(name, at_end=done)
        file.save()

    def rejects_to_write(self, rejects: Sequence[Reject]) -> Sequence[Reject]:
        """The rejects to write to the file: not those that --only-known expects."""
        if not self.limits.only_known:
            return rejects
        return [reject for reject in rejects if reject.reason not in UNKNOWN]

    def check_share(self, name: str, *, at_end: bool) -> None:
        """Raise IngestError, with causes and advice, if too large a share of a file is rejected."""
        file, source = self.files[name], self.sources[name]
        fault = fault_of(
            source, file.rows, file.rejected, self.limits,
            lambda reason: self.rejects.example(source.path.name, reason), some_id, at_end=at_end,
        )  # fmt: skip
        if fault:
            raise IngestError(fault)

    def check_rejects(self, name: str, latest: list[Reject], *, counted: bool = False) -> None:
        """Stop with the first examples if there are too many; `latest` may not be counted yet."""
        if self.limits.most is None:
            return
        total = sum(self.limits.counted(file.rejected) for file in self.files.values())
        total += 0 if counted else self.limits.counted(Counter(item.reason for item in latest))
        if total <= self.limits.most:
            return
        path = self.sources[name].path.name
        earlier = self.rejects.first(EXAMPLES)
        here = [(path, str(reject.line), reject.reason, reject.row) for reject in latest[:EXAMPLES]]
        examples = "\n".join(
            f"  {file}, line {line}: {reason}: {row[:200]}"
            for file, line, reason, row in [*earlier, *here][:EXAMPLES]
        )
        raise IngestError(
            f"{total} rows can't be used, more than --max-rejects {self.limits.most}; "
            f"the first:\n{examples}"
        )


def some_id() -> str:
    """A customer's id, as customers.csv has them."""
    return Customer.objects.values_list("customer_id", flat=True).first() or ""
