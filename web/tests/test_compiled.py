from types import FunctionType

from web.compiled import compiled, fingerprint, part, with_parts

FACTOR = 3


@part
def tripled(number: int) -> int:
    return number * FACTOR


@compiled(int)
def seven_times(number: int) -> int:
    return 2 * tripled(number) + number


def test_a_compiled_function_calls_its_parts() -> None:
    assert seven_times(6) == 42


def test_machine_code_is_named_by_all_that_it_depends_on() -> None:
    """Else a change in another file would leave the cached one in use."""
    source = seven_times.__wrapped__  # type: ignore[attr-defined]
    other = FunctionType(tripled.__code__, {**tripled.__globals__, "FACTOR": 4})
    changed = FunctionType(source.__code__, {**source.__globals__, "tripled": part(other)})
    assert with_parts(source).__qualname__.endswith(f"{fingerprint(source):08x}")
    assert fingerprint(source) != fingerprint(changed)
