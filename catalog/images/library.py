"""The picture folder, laid out as in the H&M files: images/0xx/0xxxxxxxxx.jpg."""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_PICTURE = re.compile(r"(\d{10})\.jpg", re.ASCII)
#: Names of pictures, and of folders of them, in another layout.
_LIKE_PICTURES = re.compile(r"0?\d{9}\.(?:jpe?g|png|webp)|\d{3}", re.ASCII | re.IGNORECASE)
READ_BITS = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
#: In bytes: a JPEG's markers, one quantisation table and two Huffman tables are no smaller.
SMALLEST = 125


@dataclass(frozen=True)
class Library:
    """The contents of a picture folder: article ids, and files that are no article's picture.

    `unreadable` files are named as pictures but can't be (see `_may_be_picture`).
    """

    articles: set[int] = field(default_factory=set)
    unreadable: list[Path] = field(default_factory=list)
    strangers: list[Path] = field(default_factory=list)


def picture_path(root: Path, article_id: int) -> Path:
    """An article's picture is in a folder named by its id's first three characters."""
    name = f"{article_id:010d}"
    return root / name[:3] / f"{name}.jpg"


def survey(root: Path) -> Library:
    """All files one level below ``root``, split into pictures and other files."""
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


def warnings(data_dir: Path, images: Path | None, library: Library) -> Iterator[str]:
    """What looks like pictures and isn't read, one sentence each."""
    packed = [path.name for path in data_dir.glob("*images*.*") if path.is_file()]
    if images is None and packed:
        yield f"There is no folder images, but {packed[0]}: unpack it there to show pictures."
    like = sorted(path for path in library.strangers if _LIKE_PICTURES.fullmatch(path.name))
    if images and like:
        yield (
            f"{len(like):,} entries of {images} look like pictures and aren't read, such as "
            f"{like[0].relative_to(images)}: an article's picture is 010/0108775015.jpg."
        )


def _may_be_picture(entry: "os.DirEntry[str]") -> bool:
    """Judged by stat alone: opening 105,000 files takes minutes on a cold disk."""
    try:
        state = entry.stat()
    except OSError:
        return False
    readable = stat.S_ISREG(state.st_mode) and state.st_mode & READ_BITS
    return bool(readable) and state.st_size >= SMALLEST


def _files(root: Path) -> Iterator[tuple["os.DirEntry[str]", str]]:
    """The files in root's folders with their folder's name; files in root itself with '/'."""
    if not root.is_dir():
        return
    with os.scandir(root) as entries:
        for entry in entries:
            if not entry.is_dir():
                yield entry, "/"
                continue
            with os.scandir(entry.path) as files:
                yield from ((file, entry.name) for file in files)
