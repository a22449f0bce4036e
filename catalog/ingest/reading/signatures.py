"""What isn't text or can't be read, told by its first bytes, with advice."""

import codecs
import zipfile

ZIP, PARQUET = b"PK\x03\x04", b"PAR1"
ZSTANDARD, LZ4 = b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"
GZIP = b"\x1f\x8b"
# First bytes of common file types that aren't supported, with advice.
STRANGERS = {
    b"7z\xbc\xaf\x27\x1c": "a 7z archive: unpack it first",
    b"Rar!": "a RAR archive: unpack it first",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save it as CSV",
    b"ARROW1": "an Arrow file: write it as Parquet",
    b"\xff\xff\xff\xff": "an Arrow stream: write it as Parquet",
    b"FEA1": "a Feather file: write it as Parquet",
    b"SQLite format 3": "an SQLite database: write its tables as CSV",
    b"ORC": "an ORC file: write it as Parquet",
    b"Obj\1": "an Avro file: write it as Parquet",
    b"\x89HDF": "an HDF5 file: write its tables as Parquet or CSV",
    b"PARE": "an encrypted Parquet file: write it without encryption",
    **{
        b"\x80%c" % version: "a Python pickle: write it as Parquet or CSV"
        for version in range(2, 6)
    },
    b"\x1f\x9d": "packed by compress: unpack it first, with uncompress",
    b"LZIP": "packed by lzip: unpack it first, with lzip -d",
    b"\xff\x06\x00\x00sNaPpY": "packed by Snappy: unpack it first",
    b"-----BEGIN PGP": "encrypted by PGP: decrypt it first",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"%PDF": "a PDF document",
    b"version https://git-lfs": "a Git LFS pointer: fetch the file itself with git lfs pull",
    b"# xet version": "a Xet pointer: fetch the file itself with git lfs pull",
    b"/annex/objects": "a git-annex pointer: fetch the file itself with git annex get",
    b"<?xml": "XML, perhaps a server's error: download the file again",
    **dict.fromkeys(
        (b"<!doctype", b"<html", b"<head", b"<!--"),
        "a web page, perhaps of a login: download the file again",
    ),
}
# Files within the archives that office programs write.
DOCUMENTS = {
    "xl/": "an Excel workbook: save it as CSV",
    "word/": "a Word document: save its table as CSV",
    "content.xml": "an OpenDocument file: save it as CSV",
    "Index/Document.iwa": "a Numbers document: export it as CSV",
}


def fault_of(head: bytes) -> str:
    """Why a file that begins so is refused; empty if it may be text."""
    if head[257:262] == b"ustar":
        return "a tar archive: unpack it first, with tar -xf"
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    for mark, what in STRANGERS.items():
        if start[: len(mark)] in (mark, mark.upper()):
            return what
    if head.startswith(PARQUET):
        return "Parquet where text is expected: unpack it, or write it as text"
    if head.startswith((GZIP, ZIP, ZSTANDARD)):
        return "compressed twice: decompress it once"
    return ""


def document_in(archive: zipfile.ZipFile) -> str:
    """What an archive of an office program is; empty for any other."""
    names = archive.namelist()
    found = (what for mark, what in DOCUMENTS.items() if any(n.startswith(mark) for n in names))
    return next(found, "")
