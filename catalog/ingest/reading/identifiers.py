"""Customer ids in canonical form."""

import pyarrow as pa
import pyarrow.compute as pc

from catalog.ingest.reading.cells import BLANKS

HEX_DIGITS = 64
HEX = f"^[0-9a-fA-F]{{{HEX_DIGITS}}}$"


def canonical(ids: pa.Array) -> pa.Array:
    """Ids in canonical form: lower-case hex digits, no blanks, 12 for 12.0."""
    trimmed = pc.utf8_trim(ids, BLANKS)
    hexes = pc.match_substring_regex(trimmed, HEX)
    if pc.all(hexes).as_py():
        return pc.ascii_lower(trimmed)
    whole = pc.replace_substring_regex(trimmed, r"^(-?[0-9]+)\.0+$", r"\1")
    return pc.if_else(hexes, pc.ascii_lower(whole), whole)
