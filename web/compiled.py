"""Functions compiled to machine code by Numba: loops over arrays so short that each NumPy call
costs more than its work.

A process compiles a function when it first calls it, or reads it from Numba's cache: beside the
source, or where NUMBA_CACHE_DIR says. Parameters are declared, so there is nothing to compile again
for others. What serves requests calls `prepare` before it takes any. The interpreter lock is kept.
"""

from binascii import crc32
from collections.abc import Callable
from functools import cache, update_wrapper, wraps
from types import CodeType, FunctionType
from typing import Any, NamedTuple, TypeVar

Compute = TypeVar("Compute", bound=Callable[..., Any])

_all: list[tuple[str, Callable[[], object]]] = []


def prepare(within: str) -> None:
    """Have the machine code of every imported function of a package at hand."""
    for module, machine_code in _all:
        if module.startswith(within):
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

            declared = [tuple(map(type_of, parameters))]
            made: Callable[..., Any] = njit(declared, cache=True)(with_parts(function))
            return made

        _all.append((function.__module__, machine_code))

        @wraps(function)
        def call(*arguments: Any) -> Any:
            return machine_code()(*arguments)

        return call

    return decorate


def part(function: Compute) -> Compute:
    """Mark a function that compiled ones call: it is compiled into them."""
    function.is_part = True  # type: ignore[attr-defined]
    return function


def with_parts(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with the parts that it calls, as Numba wants them.

    Its name tells of all that its machine code depends on outside its file, since Numba looks for
    changes in that file only.
    """
    names = function.__globals__
    used = {name: names[name] for name in function.__code__.co_names if name in names}
    parts = {name: compiled_part(value) for name, value in used.items() if is_part(value)}
    made = update_wrapper(FunctionType(function.__code__, names | parts), function)
    made.__qualname__ += f"_{fingerprint(function):08x}"
    return made


@cache
def compiled_part(function: Callable[..., Any]) -> Callable[..., Any]:
    """One for all that call it, so that it is compiled once."""
    from numba import njit

    made: Callable[..., Any] = njit(with_parts(function))
    return made


def is_part(value: object) -> bool:
    return hasattr(value, "is_part")


def fingerprint(function: Callable[..., Any]) -> int:
    """Of a function's code, the parts that it calls, and the constants that they use."""
    code, names = function.__code__, function.__globals__
    values = [names[name] for name in code.co_names if name in names]
    used = [
        fingerprint(value) if is_part(value) else value
        for value in values
        if is_part(value) or isinstance(value, int | float | tuple)
    ]
    consts = [c.co_code if isinstance(c, CodeType) else c for c in code.co_consts]
    return crc32(repr((code.co_code, consts, code.co_names, used)).encode())


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
