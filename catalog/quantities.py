"""Valid ranges of quantities and keys, shared by files, forms, events and replays."""

from typing import Final

# In the files' unit, above 0. 35,400 in money: a hundred times the most expensive item in the shop,
# far below what a lost decimal point produces.
MAX_PRICE: Final = 60.0
# The largest key a row can have.
MAX_KEY: Final = 2_147_483_647
# A position on a shelf, from 1; 0 if unknown.
MAX_POSITION: Final = 1000
MAX_QUERY: Final = 200
MAX_WIDGET: Final = 40
MAX_EVENT_ID: Final = 64
MAX_SIZE: Final = 10


def key_of(text: str) -> int | None:
    """The key that an article id or a product code gives, with or without leading zeros; None if
    it can't be one."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        return None
    return int(text) if int(text) <= MAX_KEY else None
