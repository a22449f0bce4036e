"""Drawn garments: for every product type a silhouette, a cloth and a light, from attributes alone."""

from catalog.synthetic.garments.drawing import draw
from catalog.synthetic.garments.spec import GarmentSpec

__all__ = ["GarmentSpec", "draw"]
