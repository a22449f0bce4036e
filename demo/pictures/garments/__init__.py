"""Drawn garments: a silhouette, a cloth and a light for every product type, from attributes."""

from demo.pictures.garments.drawing import draw
from demo.pictures.garments.spec import GarmentSpec

__all__ = ["GarmentSpec", "draw"]
