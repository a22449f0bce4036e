"""Product pictures for generated shops: data-driven silhouettes drawn like cut-out photos."""

from demo.pictures.drawing import draw
from demo.pictures.spec import Dice, GarmentSpec

__all__ = ["Dice", "GarmentSpec", "draw"]
