"""Fabrics: reliefs as shading sheets, made once per width, and each appearance's properties."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from demo.pictures.render import NEUTRAL
from web.cache import bounded
from web.files import table

Field = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fabric:
    """What a graphical appearance means: a row of fabrics.toml, which documents its columns."""

    prints: Sequence[str] = ()
    part: str = "all"
    relief: str = ""
    sheer: float = 0.0
    tonal: bool = False


FABRICS: Final = {name: Fabric(**row) for name, row in table(__file__, "fabrics.toml").items()}


def fabric_of(appearance: str) -> Fabric:
    """The fabric of a graphical appearance; plain if unknown."""
    return FABRICS.get(appearance, FABRICS["Solid"])


@bounded(32)
def relief(name: str, width: int) -> Image.Image:
    """A shading sheet that covers any garment in a picture of this width."""
    shape = (round(width * 1.5), width)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]] * (240 / width)
    field = _RELIEFS[name](x, y, _noise(shape))
    return Image.fromarray(np.clip(NEUTRAL + field, 0, 255).astype(np.uint8))


def _noise(shape: tuple[int, int]) -> Field:
    """White noise, −1 to 1, from PCG64's raw stream, which NumPy guarantees not to change."""
    raw = np.random.PCG64(20).random_raw(shape[0] * shape[1]).reshape(shape)
    return (raw >> 11) / float(1 << 52) - 1.0


def _blurred(noise: Field, radius: float) -> Field:
    """Noise blurred to patches of about ``radius`` pixels, −1 to 1."""
    image = Image.fromarray(((noise + 1) * 127.5).astype(np.uint8))
    smooth = np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float64) - 127.5
    largest = float(np.abs(smooth).max()) or 1.0
    return np.asarray(smooth / largest)


def _smeared(noise: Field, length: int) -> Field:
    """Noise stretched along the rows, like yarn."""
    total = np.sum([np.roll(noise, shift, axis=1) for shift in range(length)], axis=0)
    return np.asarray(total / length**0.5)


def _knit(x: Field, y: Field, noise: Field) -> Field:
    """Rows of stitches, each a small V."""
    across = np.abs((x / 3.4) % 1 - 0.5) * 2
    wave = 13 * np.cos(2 * np.pi * (y / 2.8 + across * 0.5)) + 6 * np.cos(np.pi * across)
    return np.asarray(wave + 3 * noise)


def _denim(x: Field, y: Field, noise: Field) -> Field:
    twill: Field = 5 * np.cos(2 * np.pi * (x + y) / 2.2)
    return np.asarray(twill + 8 * _smeared(noise.T, 6).T + 9 * _blurred(noise, 14))


_RELIEFS: Final[dict[str, Callable[[Field, Field, Field], Field]]] = {
    "grain": lambda x, y, noise: 3.2 * noise,
    "knit": _knit,
    "rib": lambda x, y, noise: 15 * np.cos(2 * np.pi * x / 2.6) + 2 * noise,
    "denim": _denim,
    "melange": lambda x, y, noise: 17 * _smeared(noise, 5) + 5 * noise,
    "waffle": lambda x, y, noise: 11 * (np.cos(2 * np.pi * x / 4) + np.cos(2 * np.pi * y / 4)),
    "fleece": lambda x, y, noise: 17 * _blurred(noise, 1.6) + 4 * noise,
    "glitter": lambda x, y, noise: 6 * noise + 90 * (noise > 0.94) + 22 * _blurred(noise, 20),
    "sequins": lambda x, y, noise: (
        20 * np.cos(2 * np.pi * x / 4) * np.cos(2 * np.pi * (y / 4 + (x // 4) % 2 / 2))
        + 50 * _blurred(noise, 3)
        + 24 * noise
    ),
    "wash": lambda x, y, noise: 42 * _blurred(noise, 11) + 4 * noise,
}
