"""The vectors so far: append-only files of a few hundred pictures each."""

import os
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from recommendations.vision.colours import COLOURS, PARTS
from recommendations.vision.network import FEATURES

PATTERN: Final = "pictures-*.npz"


class Fingerprint(NamedTuple):
    """Another size or modification time means another picture."""

    size: int
    mtime_ns: int


class Embedded(NamedTuple):
    article: int
    fingerprint: Fingerprint
    vector: npt.NDArray[np.float32]
    colours: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Stored:
    """One entry per article, sorted by key: the latest embedding of its picture."""

    article: npt.NDArray[np.int32]
    fingerprint: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float16]
    colours: npt.NDArray[np.float16]

    def fingerprints(self) -> dict[int, Fingerprint]:
        pairs = zip(self.article.tolist(), self.fingerprint.tolist(), strict=True)
        return {article: Fingerprint(*of) for article, of in pairs}


def read(folder: Path) -> Stored:
    """All completely written files; one truncated by a crash is skipped."""
    parts = [part for file in sorted(folder.glob(PATTERN)) if (part := arrays(file)) is not None]
    if not parts:
        return nothing()
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    # Of several entries for one article the last written wins.
    newest = len(columns[0]) - 1 - np.unique(columns[0][::-1], return_index=True)[1]
    return Stored(*(column[newest] for column in columns))


def nothing() -> Stored:
    return Stored(
        np.zeros(0, np.int32),
        np.zeros((0, 2), np.int64),
        np.zeros((0, FEATURES), np.float16),
        np.zeros((0, COLOURS, PARTS), np.float16),
    )


def arrays(file: Path) -> tuple[npt.NDArray[np.generic], ...] | None:
    try:
        with np.load(file, allow_pickle=False) as found:
            return tuple(found[name] for name in Stored.__dataclass_fields__)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def append(folder: Path, pictures: Iterable[Embedded]) -> None:
    """Write them as one more file, atomically."""
    articles, fingerprints, vectors, colours = zip(*pictures, strict=True)
    folder.mkdir(parents=True, exist_ok=True)
    last = max((int(file.stem.split("-")[1]) for file in folder.glob(PATTERN)), default=0)
    partial = folder / f".writing-{os.getpid()}.npz"
    np.savez(
        partial,
        article=np.array(articles, np.int32),
        fingerprint=np.array(fingerprints, np.int64),
        vectors=np.stack(vectors).astype(np.float16),
        colours=np.stack(colours).astype(np.float16),
    )
    partial.replace(folder / f"pictures-{last + 1:06d}.npz")
