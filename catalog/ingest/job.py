"""The state of a running ingest: its checkpoints, its rejects file, and how far it may go wrong."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from catalog.ingest.errors import IngestError
from catalog.ingest.files import Source, unpacked
from catalog.ingest.progress import Phases
from catalog.ingest.records import Position, Records, Reject, read
from catalog.ingest.rejects import RejectsFile
from catalog.models import IngestFile, IngestRun

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
    max_rejects: int | None

    def start(self, name: str) -> Position:
        """Where the file's checkpoint stands."""
        file = self.files[name]
        return Position(file.offset, file.line, file.rows, file.crc)

    @contextmanager
    def reading(
        self, name: str, *, beside: bool = False
    ) -> Iterator[tuple[Iterator[Records], Callable[[Position], None]]]:
        """The rest of a file from its checkpoint on, and a function to show how far it is read."""
        source, start = self.sources[name], self.start(name)
        phase = self.phases.phase(name, source.size, beside=beside)
        with phase as advance, unpacked(source.path) as stream:
            yield (
                read(stream, source, start, self.block_bytes),
                lambda position: advance(position.offset, position.rows - start.rows),
            )

    def checkpoint(
        self, name: str, end: Position, rejects: list[Reject], *, done: bool = False
    ) -> None:
        """Record in the open transaction that everything up to `end` is dealt with.

        Raises IngestError when more rows were rejected than --max-rejects allows.
        """
        file = self.files[name]
        file.offset, file.line, file.rows, file.crc = end.offset, end.line, end.rows, end.crc
        file.done = done
        file.rejected = dict(Counter(file.rejected) + Counter(item.reason for item in rejects))
        file.accepted = file.rows - file.rejected_rows
        self.check_rejects(name, rejects, counted=True)
        file.rejects_size = self.rejects.append(self.sources[name].path.name, rejects)
        file.save()

    def check_rejects(self, name: str, latest: list[Reject], *, counted: bool = False) -> None:
        """Stop with the first examples when there are too many; `latest` may not be counted yet."""
        total = sum(file.rejected_rows for file in self.files.values())
        total += 0 if counted else len(latest)
        if self.max_rejects is None or total <= self.max_rejects:
            return
        path = self.sources[name].path.name
        earlier = self.rejects.first(EXAMPLES)
        here = [(path, str(reject.line), reject.reason, reject.row) for reject in latest[:EXAMPLES]]
        examples = "\n".join(
            f"  {file}, line {line}: {reason}: {row[:200]}"
            for file, line, reason, row in [*earlier, *here][:EXAMPLES]
        )
        raise IngestError(
            f"{total} rows can't be used, more than --max-rejects {self.max_rejects}; "
            f"the first:\n{examples}"
        )
