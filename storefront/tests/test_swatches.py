"""The dots of a card show the colours of the pictures."""

import numpy as np

from catalog.models import Article
from recommendations.bundle import registry
from recommendations.tests.test_vision import RED, embedded, encoder, seen_shop
from recommendations.vision.colours import lab
from storefront.listing.swatches import Colour, seen

__all__ = ["embedded", "encoder", "seen_shop"]
SAME = 10.0


def as_lab(colour: str | None) -> np.ndarray:
    assert colour is not None
    return lab(np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.uint8))


def test_a_dot_has_the_main_colour_of_the_picture(seen_shop: list[Article]) -> None:
    """Even articles are red, odd ones blue, whatever their names say."""
    even, odd = seen_shop[0].pk, seen_shop[1].pk
    (dots,) = seen({1: [Colour(even, "Green"), Colour(odd, "Green"), Colour(5, "Green")]}).values()
    assert dots[2].hex is None
    red, blue = (as_lab(dot.hex) for dot in dots[:2])
    assert np.linalg.norm(red - lab(np.array(RED, np.uint8))) < SAME
    # Its stripes are mixed with the white between them.
    assert blue[2] < -20
    registry.registry.reset()
    (dots,) = seen({1: [Colour(even, "Green")]}).values()
    assert dots[0].name == "Green"
