"""The places of a shopper's numbers and of an addition's columns, in arrays."""

from typing import Final

import numpy as np

from streaming.events.actions import ACTIONS
from web.compiled import Array

# The numbers of a shopper: first the count of each action, by its code.
SESSIONS: Final = len(ACTIONS)
SESSION_S, SESSION_EVENTS, LAST_MS, LAST_PURCHASE_MS, PURCHASE_DAYS, LANDMARK = range(
    SESSIONS + 1, SESSIONS + 7
)
NUMBERS: Final = SESSIONS + 7
# An addition: its moment (ms), its key among the recents, a weight as of the moment, the code of an
# action, and a value for each dimension. NOTHING: no key, action or value.
MOMENT, KEY, WEIGHT, ACTION, VALUES = range(5)
NOTHING: Final = -(2**63)
# As action: adds `WEIGHT` to the bucket `KEY`.
TO_BUCKET: Final = -1
# Those of several shoppers, in order: the nth one's end at `last[n]`.
ADDITIONS: Final = Array(np.int64, 2)
