"""Drawn garments: a silhouette, a cloth and a light for every product type, from attributes."""

from catalog.synthetic.garments.drawing import draw
from catalog.synthetic.garments.spec import GarmentSpec

__all__ = ["GarmentSpec", "draw"]
