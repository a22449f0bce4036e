"""Reads the network's weights from their package: a torch archive, opened without torch."""

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import IO, Final

import numpy as np
import numpy.typing as npt

from web.arrays import Array

Weights = dict[str, npt.NDArray[np.float32]]

# The weights follow a magic number, the protocol version and the machine's number sizes.
PREAMBLE: Final = 3
MAGIC: Final = 0x1950A86A20F9469CFC6C
STORAGES: Final = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class WeightsError(Exception):
    """The archive can't be read by this program; the message says why."""


def read_weights(file: Path) -> Weights:
    """The floating-point tensors by name. Raise WeightsError or OSError."""
    with file.open("rb") as archive:
        try:
            magic, *_ = [Tensors(archive).load() for _ in range(PREAMBLE)]
            if magic != MAGIC:
                raise WeightsError(f"{file} is not a torch archive in the legacy format")
            tensors: dict[str, Tensor] = Tensors(archive).load()
            keys: list[str] = Tensors(archive).load()
            types = {tensor.key: tensor.dtype for tensor in tensors.values()}
            data = {key: storage(archive, types[key]) for key in keys}
        except (pickle.UnpicklingError, EOFError, KeyError, ValueError, AttributeError) as error:
            raise WeightsError(f"{file} can't be read: {error}") from error
    return {
        name: tensor.of(data[tensor.key]).astype(np.float32)
        for name, tensor in tensors.items()
        if tensor.dtype.kind == "f"
    }


class Tensor:
    """The location of a tensor's numbers in its storage."""

    def __init__(
        self,
        place: tuple[str, np.dtype, str, str, int, object],
        offset: int,
        shape: tuple[int, ...],
        strides: tuple[int, ...],
        *_: object,
    ) -> None:
        _kind, self.dtype, self.key, *_rest = place
        self.offset, self.shape, self.strides = offset, shape, strides

    def of(self, values: Array) -> Array:
        last = self.offset + sum(
            (size - 1) * step for size, step in zip(self.shape, self.strides, strict=True)
        )
        if min(self.shape, default=1) < 1 or last >= len(values):
            raise WeightsError(f"a tensor of shape {self.shape} extends past its storage")
        steps = [step * values.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(values[self.offset :], self.shape, steps)


class Tensors(pickle.Unpickler):
    """Unpickles tensors and nothing else, so the archive can't execute code."""

    def find_class(self, module: str, name: str) -> object:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return Tensor
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a tensor")

    def persistent_load(self, pid: object) -> object:
        return pid


def storage(archive: IO[bytes], dtype: np.dtype) -> npt.NDArray[np.generic]:
    """The next storage: a count, then that many numbers."""
    count = int.from_bytes(archive.read(8), "little")
    body = archive.read(count * dtype.itemsize)
    if len(body) < count * dtype.itemsize:
        raise EOFError("the file is truncated inside a storage")
    return np.frombuffer(body, dtype)
