"""Valid ranges of quantities, shared by files, forms, events and replays."""

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
