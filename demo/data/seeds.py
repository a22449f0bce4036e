"""Independent random streams derived from one seed.

Each stream is named and may be keyed further (by week), so that draws in one part never affect
another, and nothing depends on how the output is split into chunks.
"""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

StreamName = Literal[
    "articles", "names", "customers", "tastes", "harmony", "baskets", "transactions"
]
STREAMS: tuple[str, ...] = get_args(StreamName)


def stream(seed: int, name: StreamName, *key: int) -> np.random.Generator:
    """The generator of one named stream, e.g. ("transactions", week)."""
    spawn_key = (STREAMS.index(name), *key)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=spawn_key))


def choose(rng: np.random.Generator, weights: Floats, size: int) -> Ints:
    """`size` indices drawn with probability proportional to `weights`."""
    bounds = np.cumsum(weights / weights.sum())
    picked = np.searchsorted(bounds, rng.random(size), side="right")
    return np.minimum(picked, len(weights) - 1).astype(np.int64)
