"""Projects the network's features to short vectors: centred, whitened, the leading DIMENSIONS."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from web.arrays import Floats

DIMENSIONS: Final = 128
# Pictures used to find the directions; more change them little.
SAMPLE: Final = 20_000
# Full whitening (1) amplifies noise as much as signal.
WHITENING: Final = 0.5
# Directions with less variance than this share of the first are dropped.
MIN_RATIO: Final = 1e-6


@dataclass(frozen=True)
class Projection:
    """`middle` is subtracted, then `axes` (features × dimensions) multiplied."""

    middle: Floats
    axes: Floats

    def of(self, features: Floats) -> Floats:
        """Unit rows."""
        found = (rooted(features) - self.middle) @ self.axes
        length = np.linalg.norm(found, axis=-1, keepdims=True)
        unit: Floats = (found / np.maximum(length, 1e-12)).astype(np.float32)
        return unit


def rooted(features: Floats) -> Floats:
    """Square roots, as a few large features would dominate."""
    return np.sqrt(np.maximum(features.astype(np.float32), 0.0))


def projection_of(features: npt.NDArray[np.float16], seed: int) -> Projection:
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(len(features))[:SAMPLE])
    sample = rooted(features[chosen].astype(np.float32))
    middle = sample.mean(axis=0)
    spread = (sample - middle).T @ (sample - middle) / max(len(sample) - 1, 1)
    values, vectors = np.linalg.eigh(spread)
    best = np.argsort(-values, kind="stable")[:DIMENSIONS]
    strong = values[best] > MIN_RATIO * values[best[0]]
    scale = np.where(strong, np.maximum(values[best], 1e-9) ** (-WHITENING / 2), 0.0)
    return Projection(middle, (vectors[:, best] * scale).astype(np.float32))
