"""What a quantity may be, once for all: what files bring, forms, events and replays take too."""

from typing import Final

# In the files' unit, above 0; 35,400 in money: a hundred times the dearest thing the shop sells,
# far below what a lost decimal point makes.
MAX_PRICE: Final = 60.0
# The greatest key that a row can have.
MAX_KEY: Final = 2_147_483_647
# A place on a shelf, from 1; 0 where none is told.
MAX_POSITION: Final = 1000
MAX_QUERY: Final = 200
MAX_WIDGET: Final = 40
MAX_EVENT_ID: Final = 64
