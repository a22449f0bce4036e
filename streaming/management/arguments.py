"""Types of the commands' arguments."""

import math
from argparse import ArgumentTypeError


def positive(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value > 0):
        raise ArgumentTypeError(f"{text} isn't a number above zero")
    return value


def positive_whole(text: str) -> int:
    value = positive(text)
    if value != int(value):
        raise ArgumentTypeError(f"{text} isn't a whole number")
    return int(value)
