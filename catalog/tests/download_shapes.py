"""Files as downloads, office programs and unfinished jobs leave them."""

import io
import lzma
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.tests.odd_shapes import everywhere, instead
from catalog.tests.shapes import Shape, Spoil, T, as_strings, parquet, parts
from catalog.tests.tool_shapes import named

HALF_DONE = "is incomplete: .* is left of an unfinished download or job"
LACKING = "is incomplete: 1 of its 00003 parts are missing, the first is number 1"


def stream(data: bytes) -> bytes:
    out, table = io.BytesIO(), as_strings(data)
    with pa.ipc.new_stream(out, table.schema) as file:
        file.write_table(table)
    return out.getvalue()


def document(*members: str) -> Callable[[bytes], bytes]:
    def change(_: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for member in members:
                archive.writestr(member, "<x/>")
        return out.getvalue()

    return change


# What else may stand where text is expected: the first bytes, and what the message says.
STARTS: dict[str, tuple[bytes, str]] = {
    "Feather": (b"FEA1\0\0", "is a Feather file"),
    "compress": (b"\x1f\x9d\x90", "is packed by compress"),
    "lzip": (b"LZIP\1", "is packed by lzip"),
    "Snappy": (b"\xff\6\0\0sNaPpY", "is packed by Snappy"),
    "PGP": (b"-----BEGIN PGP MESSAGE-----\n", "is encrypted by PGP"),
    "a PNG": (b"\x89PNG\r\n\x1a\n", "is a picture"),
    "a JPEG": (b"\xff\xd8\xff\xe0", "is a picture"),
    "a PDF": (b"%PDF-1.7\n", "is a PDF"),
    "a Xet pointer": (b"# xet version 0\n", "is a Xet pointer"),
    "a git-annex pointer": (b"/annex/objects/MD5E-s3--a.csv\n", "is a git-annex pointer"),
    "an error of a bucket": (b'<?xml version="1.0"?><Error/>', "is XML"),
    "a web page in capitals": (b"\xef\xbb\xbf\n<HTML>", "is a web page"),
    "a saved web page": (b"<!-- saved from -->\n<html>", "is a web page"),
}
DOCUMENTS: dict[str, tuple[tuple[str, ...], str]] = {
    "OpenDocument": (("mimetype", "content.xml"), "is an OpenDocument file"),
    "Numbers": (("Index/Document.iwa", "preview.jpg"), "is a Numbers document"),
    "Word": (("[Content_Types].xml", "word/document.xml"), "is a Word document"),
}


def beside(end: str) -> Spoil:
    """The mark that a program keeps beside the file until its download is complete."""
    return lambda folder: (folder / f"{T}.csv{end}").write_bytes(b"\0")


def of_job(path: Path, data: bytes, numbers: tuple[int, ...], left: str = "") -> None:
    """Parts by number, of three, and what the job left beside them."""
    path.mkdir()
    for number, part in enumerate(parts(data)):
        if number in numbers:
            (path / f"train-{number:05}-of-00003.parquet").write_bytes(parquet(part))
    if left:
        (path / left).mkdir()


def by_day_in_capitals(path: Path, data: bytes) -> None:
    header, *rows = data.splitlines(keepends=True)
    for day in sorted({row[:10] for row in rows}):
        own = header + b"".join(row for row in rows if row.startswith(day))
        folder = path / f"T_DAT={day.decode()}"
        folder.mkdir(parents=True)
        pq.write_table(as_strings(own).drop_columns(["t_dat"]), folder / "0.parquet")


def download_shapes() -> Iterator[Shape]:
    for what, (start, error) in STARTS.items():
        yield Shape(f"left: it is {what}", named(".csv", partial(bytes.__add__, start)), error)
    for what, (members, error) in DOCUMENTS.items():
        yield Shape(f"left: it is of {what}", named(".csv", document(*members)), error)
    yield Shape("left: it is an Arrow stream", named(".csv", stream), "is an Arrow stream")
    alone = partial(lzma.compress, format=lzma.FORMAT_ALONE)
    yield Shape("left: LZMA without xz", named(".csv", alone))
    for end in (".aria2", ".part", ".crdownload"):
        yield Shape(f"left: a download with {end} beside it", beside(end), HALF_DONE)
    yield Shape("left: a note beside the file", beside(".md5"))
    yield Shape("left: all shards", instead(partial(of_job, numbers=(0, 1, 2))))
    yield Shape("left: a shard short", instead(partial(of_job, numbers=(0, 2))), LACKING)
    yield Shape("left: two shards short", instead(partial(of_job, numbers=(1,))), "2 of its")
    started = partial(of_job, numbers=(0, 1, 2), left="_temporary")
    yield Shape("left: a job that has not ended", instead(started), HALF_DONE)
    yield Shape("left: folders by day in capitals", instead(by_day_in_capitals))
    yield Shape("left: ids of a program in exponents", everywhere(lambda key: f"{int(key):.8e}"))


DOWNLOAD_SHAPES = list(download_shapes())
