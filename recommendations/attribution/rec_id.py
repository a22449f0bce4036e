"""The id of one answer: unique, and enough by itself to tell what served it.

`<32 hex digits>-<serving>[-<teams>]`, both numbers in hexadecimal. Events carry it back, so nothing
has to be stored per answer: `serving` is the row of Serving (kind, strategy, model, variant), 0 if
unknown; bit n of `teams` is set if position n, counted from 0, of an interleaved shelf belongs to
the challenger.
"""

import re
import secrets
from typing import Final, NamedTuple

PATTERN: Final = re.compile(r"[0-9a-f]{32}-([0-9a-f]{1,8})(?:-([0-9a-f]{1,13}))?")


class ServedRec(NamedTuple):
    """A parsed rec_id."""

    serving: int
    teams: int = 0


def make(serving: int, teams: int = 0) -> str:
    return f"{secrets.token_hex(16)}-{serving:x}" + (f"-{teams:x}" if teams else "")


def read(rec_id: str) -> ServedRec | None:
    """None for an id that isn't ours, or whose serving could not be registered."""
    found = PATTERN.fullmatch(rec_id)
    if found is None or (serving := int(found[1], 16)) == 0:
        return None
    return ServedRec(serving, int(found[2] or "0", 16))
