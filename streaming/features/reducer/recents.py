"""What a shopper did last: a short list, by event time."""

from streaming.features.registry import RECENTS


def remember(recents: dict[int, int], key: int, s: int) -> None:
    """Newest last, each key once; what is older never replaces what is newer."""
    if key in recents:
        if recents[key] > s:
            return
        del recents[key]
    newest = next(reversed(recents.values()), 0)
    recents[key] = s
    if newest > s:
        for later in [other for other, at in recents.items() if at > s]:
            recents[later] = recents.pop(later)
    if len(recents) > RECENTS.bound:
        del recents[next(iter(recents))]
