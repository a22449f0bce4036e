"""Events that can't reach Kafka wait in a bounded file, in order, until the flush task sends them.

Writers append whole lines under a lock. The flusher takes the file over by renaming it under the
same lock, so that a line is in exactly one file at any time; it unlinks a file only when all of it
was acknowledged. A process killed at any point leaves lines behind, never half a hand-over; what it
had sent already is sent again and recognised by its id.
"""

import fcntl
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.conf import settings

from streaming.events.schema import names_in
from web.files import replacing

logger = logging.getLogger(__name__)

LIMIT_BYTES: Final = 256 * 1024 * 1024
BATCH: Final = 5000
Deliver = Callable[[Sequence[bytes]], list[bytes]]  # messages → those not acknowledged


def folder() -> Path:
    path = Path(settings.SPOOL_DIR)
    path.mkdir(parents=True, exist_ok=True)
    return path


def append(messages: Sequence[bytes]) -> int:
    """Keep encoded events (one line each); return how many there was no room for."""
    if not messages:
        return 0
    lines = b"".join(message + b"\n" for message in messages)
    try:
        with _locked(folder() / "events.spool") as file:
            if size() + len(lines) > LIMIT_BYTES:
                raise OSError(f"the spool is full ({LIMIT_BYTES} bytes)")
            _write(file, lines)
    except OSError as error:
        logger.error("Lost %d events: could not spool them: %s", len(messages), error)
        return len(messages)
    return 0


def size() -> int:
    """The number of bytes waiting."""
    return sum(_size(path) for path in folder().glob("events.*"))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # the flusher is done with it
        return 0


def flush(deliver: Deliver) -> int:
    """Send the waiting events, oldest first; return how many were acknowledged."""
    sent = 0
    with _only_flusher() as alone:
        if not alone:
            return 0
        for path in [*_taken_over(), *_take_over()]:
            done, complete = _send(path, deliver)
            sent += done
            if not complete:
                break
    return sent


def drop(shoppers: Collection[str]) -> Counter[str]:
    """Remove these shoppers' waiting events on this machine; return how many of each. Waits for a
    flush in progress. Raise OSError."""
    dropped: Counter[str] = Counter()
    with _only_flusher(wait=True):
        for path in [*_taken_over(), *_take_over()]:
            kept = []
            for message in path.read_bytes().splitlines():
                theirs = names_in(message).intersection(shoppers)
                dropped.update(theirs)
                if not theirs:
                    kept.append(message)
            if dropped:
                _replace(path, kept)
    return dropped


def of(shopper: str) -> list[bytes]:
    """A shopper's waiting events on this machine, oldest first."""
    paths = [*_taken_over(), folder() / "events.spool"]
    waiting = [path.read_bytes().splitlines() for path in paths if path.exists()]
    return [message for some in waiting for message in some if shopper in names_in(message)]


def _send(path: Path, deliver: Deliver) -> tuple[int, bool]:
    messages = path.read_bytes().splitlines()
    for start in range(0, len(messages), BATCH):
        rest = deliver(messages[start : start + BATCH])
        if rest:
            rest += messages[start + BATCH :]
            _replace(path, rest)
            return len(messages) - len(rest), False
    path.unlink()
    return len(messages), True


def _replace(path: Path, messages: Sequence[bytes]) -> None:
    with replacing(path) as draft:
        draft.touch(mode=0o600)
        draft.write_bytes(b"".join(message + b"\n" for message in messages))


def _taken_over() -> list[Path]:
    return sorted(folder().glob("events.*.sending"))


def _take_over() -> list[Path]:
    current = folder() / "events.spool"
    if not current.exists():
        return []
    with _locked(current):
        path = folder() / f"events.{time.time_ns():020d}.sending"
        current.rename(path)
    return [path]


def _write(file: int, lines: bytes) -> None:
    """Append whole lines; a line cut off by a kill is closed first, a failed write undone."""
    end = os.fstat(file).st_size
    if end and os.pread(file, 1, end - 1) != b"\n":
        lines = b"\n" + lines
    written = 0
    try:
        while written < len(lines):
            written += os.write(file, lines[written:])
    except OSError:
        os.ftruncate(file, end)
        raise


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file of this name, open for appending and locked, unless it was renamed in between."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_still(path, file):
                yield file
                return
        finally:
            os.close(file)


def _is_still(path: Path, file: int) -> bool:
    try:
        return path.stat().st_ino == os.fstat(file).st_ino
    except FileNotFoundError:
        return False


@contextmanager
def _only_flusher(*, wait: bool = False) -> Iterator[bool]:
    with (folder() / "flush.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
