"""The actions of a shopper, by their names in events, in the API and in the database."""

from enum import StrEnum
from typing import Final


class Action(StrEnum):
    """In the order of the codes under which states store them: append only."""

    VIEW = "view"
    CLICK = "click"
    BAG_ADD = "bag_add"
    PURCHASE = "purchase"
    BAG_REMOVE = "bag_remove"
    IMPRESSION = "impression"
    SEARCH = "search"

    @property
    def code(self) -> int:
        return CODE_OF[self]


ACTIONS: Final = tuple(Action)
CODE_OF: Final = {action: code for code, action in enumerate(ACTIONS)}
# What a state remembers by article; their codes come first.
RECENT_ACTIONS: Final = ACTIONS[: CODE_OF[Action.PURCHASE] + 1]
