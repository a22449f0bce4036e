"""Weaves, knits and finishes as reliefs: tone maps that lie on the cloth's own light."""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PIL import Image

from demo.pictures.garments.spec import Dice

Size = tuple[int, int]
Array = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@lru_cache(maxsize=48)
def relief(name: str, width: int) -> Image.Image:
    """A tone map (128 is level) of a weave, knit or finish, larger than the picture."""
    size = (width * 2, width * 2)
    unit = width / 240
    values = _RELIEFS[name](size, unit, Dice(sum(name.encode())))
    return Image.fromarray(np.clip(128 + values, 0, 255).astype(np.uint8))


def _noise(size: Size, dice: Dice) -> Array:
    return np.random.default_rng(dice.below(1 << 32)).standard_normal((size[1], size[0]))


def cloud(size: Size, grain: float, dice: Dice) -> Array:
    """Smooth noise, 0 to 1, whose features are about ``grain`` pixels wide."""
    small = (max(2, round(size[0] / grain)), max(2, round(size[1] / grain)))
    rough = np.random.default_rng(dice.below(1 << 32)).uniform(0, 255, (small[1], small[0]))
    image = Image.fromarray(rough.astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(image, dtype=np.float64) / 255


def _axes(size: Size, unit: float) -> tuple[Array, ...]:
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    return x / unit, y / unit


def _streaked(size: Size, dice: Dice, length: int) -> Array:
    noise = np.cumsum(_noise(size, dice), axis=1)
    streaks = noise - np.roll(noise, length, axis=1)
    return streaks / math.sqrt(length)


Relief = Callable[[Size, float, Dice], Array]


def _denim(size: Size, unit: float, dice: Dice) -> Array:
    x, y = _axes(size, unit)
    twill = np.sin((x + y) * 2.6) * 5
    return twill + _streaked(size, dice, 3) * 5 + (cloud(size, 40 * unit, dice) - 0.5) * 30


def _cable(size: Size, unit: float, dice: Dice) -> Array:
    x, y = _axes(size, unit)
    column = np.abs((x % 22) - 11)
    rope = np.sin((y + np.where(x % 22 < 11, x, -x) * 1.1) * 0.62) * 22
    return np.where(column < 6, rope, np.sin(x * 2.4) * 9)


def _sequin(size: Size, unit: float, dice: Dice) -> Array:
    x, y = _axes(size, unit)
    row = np.floor(y / 2.2)
    inside = np.hypot((x + (row % 2) * 1.3) % 2.6 - 1.3, y % 2.2 - 1.1)
    cells = (
        np.sin(np.floor((x + (row % 2) * 1.3) / 2.6) * 12.9898 + row * 78.233) * 43758.5453
    ) % 1
    return np.where(inside < 1.15, cells**3 * 135 - 30, -44)


_RELIEFS: dict[str, Relief] = {
    "grain": lambda size, unit, dice: _noise(size, dice) * 1.6,
    "melange": lambda size, unit, dice: _streaked(size, dice, 4) * 12 + _noise(size, dice) * 5,
    "slub": lambda size, unit, dice: _streaked(size, dice, max(8, round(14 * unit))) * 8,
    "denim": _denim,
    "rib": lambda size, unit, dice: np.sin(_axes(size, unit)[0] * 2.1) * 15,
    "knit": lambda size, unit, dice: (
        np.sin(_axes(size, unit)[0] * 3.0) * np.sin(_axes(size, unit)[1] * 2.2) * 9
        + _noise(size, dice) * 2
    ),
    "cable": _cable,
    "waffle": lambda size, unit, dice: (
        np.maximum(np.sin(_axes(size, unit)[0] * 1.3), np.sin(_axes(size, unit)[1] * 1.3)) * 17
    ),
    "net": lambda size, unit, dice: (
        np.sin((_axes(size, unit)[0] + _axes(size, unit)[1]) * 2.3)
        * np.sin((_axes(size, unit)[0] - _axes(size, unit)[1]) * 2.3)
        * 20
    ),
    "glitter": lambda size, unit, dice: np.maximum(_noise(size, dice) - 1.1, 0) * 95 - 6,
    "foil": lambda size, unit, dice: np.sin(cloud(size, 24 * unit, dice) * 9) * 30,
    "sequin": _sequin,
    "washed": lambda size, unit, dice: (
        (cloud(size, 9 * unit, dice) + cloud(size, 30 * unit, dice) - 1) * 64
        + _noise(size, dice) * 4
    ),
}
