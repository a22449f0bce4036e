"""Argument types for commands. Each raises ArgumentTypeError with a message for the user."""

import math
from argparse import ArgumentTypeError
from datetime import date


def day(text: str) -> date:
    """A date such as 2020-09-22."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a date like 2020-09-22") from error


def not_negative(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise ArgumentTypeError(f"{text!r} is not a number above zero, nor zero")
    return value


def positive(text: str) -> float:
    if not (value := not_negative(text)):
        raise ArgumentTypeError(f"{text!r} is not a number above zero")
    return value


def share(text: str) -> float:
    if (value := not_negative(text)) > 1:
        raise ArgumentTypeError(f"{text!r} is not between 0 and 1")
    return value


def positive_whole(text: str) -> int:
    value = positive(text)
    if value != int(value):
        raise ArgumentTypeError(f"{text!r} is not a whole number")
    return int(value)


def port_number(text: str) -> int:
    value = positive_whole(text)
    if value > 65535:
        raise ArgumentTypeError(f"{text!r} is not a port (1-65535)")
    return value
