"""The kinds of recommendation: each is a shelf, a widget and an endpoint of its name."""

from enum import StrEnum


class Kind(StrEnum):
    SIMILAR = "similar"
    SIMILAR_LOOK = "similar-look"
    COLOURS = "colours"
    ALSO_BOUGHT = "also-bought"
    FOR_YOU = "for-you"
    BUY_AGAIN = "buy-again"
    BECAUSE_YOU_VIEWED = "because-you-viewed"
    TRENDING = "trending"
    NEW_IN = "new-in"
    RECENTLY_VIEWED = "recently-viewed"
