"""What a shopper did last: a short list, newest first."""

from streaming.features.registry import RECENTS
from streaming.features.state import Entry


def remember(recents: list[Entry], entry: Entry) -> None:
    """Newest first, each (article, kind) once; what is older never replaces what is newer."""
    for at, known in enumerate(recents):
        if known.article == entry.article and known.kind == entry.kind:
            if known.s > entry.s:
                return
            del recents[at]
            break
    at = 0
    while at < len(recents) and recents[at].s > entry.s:
        at += 1
    recents.insert(at, entry)
    del recents[RECENTS.bound :]
