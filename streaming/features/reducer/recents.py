"""What a shopper did last, and what lies in their bag: short lists, newest first."""

from streaming.features.registry import BAG, RECENTS
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


def put_into(bag: list[int], article: int) -> None:
    if article not in bag:
        bag.insert(0, article)
        del bag[BAG.bound :]
