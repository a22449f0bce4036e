"""The folder of pictures: images/0xx/0xxxxxxxxx.jpg, as the H&M files have it."""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_PICTURE = re.compile(r"(\d{10})\.jpg", re.ASCII)
READ_BITS = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
#: Bytes; no JPEG is smaller than its markers, one quantisation table and two Huffman tables.
SMALLEST = 125


@dataclass(frozen=True)
class Library:
    """What is in a folder of pictures: article ids, and files that are no article's picture.

    `unreadable` are named as pictures and can be none: see `_may_be_picture`.
    """

    articles: set[int] = field(default_factory=set)
    unreadable: list[Path] = field(default_factory=list)
    strangers: list[Path] = field(default_factory=list)


def picture_path(root: Path, article_id: int) -> Path:
    """Where an article's picture lies: in the folder named by its id's first three characters."""
    name = f"{article_id:010d}"
    return root / name[:3] / f"{name}.jpg"


def survey(root: Path) -> Library:
    """All files one folder below ``root``, sorted into pictures and strangers."""
    library = Library()
    for entry, folder in _files(root):
        match = _PICTURE.fullmatch(entry.name)
        if match and match[1].startswith(folder):
            if not _may_be_picture(entry):
                library.unreadable.append(Path(entry.path))
                continue
            library.articles.add(int(match[1]))
        else:
            library.strangers.append(Path(entry.path))
    return library


def _may_be_picture(entry: "os.DirEntry[str]") -> bool:
    """By the file's state alone, for opening 105,000 files takes minutes on a cold disk."""
    try:
        state = entry.stat()
    except OSError:
        return False
    readable = stat.S_ISREG(state.st_mode) and state.st_mode & READ_BITS
    return bool(readable) and state.st_size >= SMALLEST


def _files(root: Path) -> Iterator[tuple["os.DirEntry[str]", str]]:
    """The files in root's folders, each with its folder's name; those in root itself with '/'."""
    if not root.is_dir():
        return
    with os.scandir(root) as entries:
        for entry in entries:
            if not entry.is_dir():
                yield entry, "/"
                continue
            with os.scandir(entry.path) as files:
                yield from ((file, entry.name) for file in files)
