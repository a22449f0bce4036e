"""Customer ids in canonical form."""

import binascii

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalog.ingest.reading.cells import BLANKS

HEX_DIGITS = 64
HEX = f"^[0-9a-fA-F]{{{HEX_DIGITS}}}$"


def spelled(ids: pa.Array) -> bytes:
    """The bytes that ids of exactly 64 hex digits spell; raises ValueError for any other."""
    if not len(ids):
        return b""
    offsets = offsets_of(ids)
    if not (np.diff(offsets) == HEX_DIGITS).all():
        raise ValueError("not all ids are 64 hex digits")
    return binascii.unhexlify(memoryview(ids.buffers()[2])[offsets[0] : offsets[-1]])


def offsets_of(texts: pa.Array) -> npt.NDArray[np.int32]:
    """The offsets of each text in the array's bytes, and the end of the last."""
    found = np.frombuffer(texts.buffers()[1], dtype=np.int32)
    return found[texts.offset : texts.offset + len(texts) + 1]


def are_hex(ids: pa.Array) -> bool:
    """Whether all ids are 64 hex digits; takes a tenth of the time of matching HEX."""
    try:
        spelled(ids)
    except ValueError:
        return False
    return True


def canonical(ids: pa.Array) -> pa.Array:
    """Ids in canonical form: lower-case hex digits, no blanks, 12 for 12.0."""
    if are_hex(ids):
        return pc.ascii_lower(ids)
    trimmed = pc.utf8_trim(ids, BLANKS)
    hexes = pc.match_substring_regex(trimmed, HEX)
    whole = pc.replace_substring_regex(trimmed, r"^(-?[0-9]+)\.0+$", r"\1")
    return pc.if_else(hexes, pc.ascii_lower(whole), whole)
