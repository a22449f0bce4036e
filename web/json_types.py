from typing import Any, TypeVar

import msgspec

# An object of JSON, of which each reader knows the part that it reads.
Json = dict[str, Any]
T = TypeVar("T")


def decoded(message: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """JSON from outside. Whatever is wrong raises msgspec.DecodeError; msgspec itself raises
    other errors for text that isn't UTF-8 and for nesting that is too deep."""
    try:
        return decoder.decode(message)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(f"JSON is malformed: {error}") from None
