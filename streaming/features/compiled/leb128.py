"""Numbers of seven bits a byte, lowest first, as in DWARF and Protocol Buffers (LEB128)."""

from typing import Final

import numpy as np
import numpy.typing as npt

from web.compiled import Array, part

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
BYTES: Final = Array(np.uint8)
INTS: Final = Array(np.int64)
LONGEST: Final = 10  # bytes of a number of 64 bits


@part
def read(packed: Bytes, at: int) -> tuple[int, int]:
    """The number there, and where the next one begins."""
    number = shift = 0
    while at < len(packed) and shift < 64:
        number |= (packed[at] & 127) << shift
        if packed[at] < 128:
            return number, at + 1
        at, shift = at + 1, shift + 7
    raise ValueError("what is packed ends too early")


@part
def write(packed: Bytes, at: int, number: int) -> int:
    """Where the next number goes."""
    while number > 127:
        packed[at] = number & 127 | 128
        at, number = at + 1, number >> 7
    packed[at] = number
    return at + 1
