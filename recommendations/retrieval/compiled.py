"""Functions compiled to machine code by Numba: loops over arrays so short that each NumPy call
costs more than its work.

A process compiles a function when it first calls it, or reads it from Numba's cache: beside the
source, or where NUMBA_CACHE_DIR says. Parameters are declared, so there is nothing to compile again
for others. What serves requests calls `prepare` before it takes any. The interpreter lock is kept.
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, NamedTuple, TypeVar

Compute = TypeVar("Compute", bound=Callable[..., Any])

_all: list[Callable[[], object]] = []


def prepare() -> None:
    """Have the machine code of every imported function at hand."""
    for machine_code in _all:
        machine_code()


class Array(NamedTuple):
    """A parameter that is an array of any strides, or a tuple of so many such arrays. They are only
    read, so they may be mapped."""

    dtype: type
    dimensions: int = 1
    tuple_of: int = 0


def compiled(*parameters: Array | type[int]) -> Callable[[Compute], Compute]:
    def decorate(function: Callable[..., Any]) -> Any:
        @cache
        def machine_code() -> Callable[..., Any]:
            # Imported here, as most processes call nothing that is compiled.
            from numba import njit

            made: Callable[..., Any] = njit([tuple(map(type_of, parameters))], cache=True)(function)
            return made

        _all.append(machine_code)

        @wraps(function)
        def call(*arguments: Any) -> Any:
            return machine_code()(*arguments)

        return call

    return decorate


def type_of(parameter: Array | type[int]) -> Any:
    import numpy as np
    from numba import from_dtype, types

    if not isinstance(parameter, Array):
        return types.int64
    dtype = from_dtype(np.dtype(parameter.dtype))
    array = types.Array(dtype, parameter.dimensions, "A", readonly=True)
    if not parameter.tuple_of:
        return array
    return types.UniTuple(array, parameter.tuple_of)  # type: ignore[no-untyped-call]
