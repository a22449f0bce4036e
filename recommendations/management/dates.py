"""Dates as arguments of a command."""

from argparse import ArgumentTypeError
from datetime import date


def day(text: str) -> date:
    """A date written like 2020-09-22. Raise ArgumentTypeError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a date like 2020-09-22") from error
