"""Colours of the data set's colour names, for swatches: "Dark Blue" → #22304f."""

from typing import Final

HUES: Final = {
    "black": (28, 27, 26),
    "white": (250, 250, 248),
    "grey": (139, 140, 142),
    "beige": (216, 200, 174),
    "brown": (122, 84, 58),
    "mole": (150, 134, 120),
    "yellow": (240, 208, 88),
    "orange": (226, 132, 62),
    "red": (184, 44, 48),
    "pink": (236, 160, 178),
    "purple": (128, 92, 158),
    "lilac": (178, 154, 206),
    "blue": (62, 104, 170),
    "turquoise": (72, 170, 176),
    "green": (74, 130, 84),
    "khaki": (120, 120, 84),
    "gold": (196, 160, 88),
    "silver": (190, 192, 196),
    "bronze": (150, 106, 70),
    "metal": (166, 168, 172),
}
# "Yellowish Brown" is a brown, "Greenish Khaki" a khaki: the noun decides, found from the end.
SHADES: Final = {"dark": (20, 20, 22), "light": (255, 255, 255), "off": (238, 230, 214)}
STRENGTH: Final = 0.5
UNKNOWN: Final = (200, 200, 200)


def hex_of(name: str) -> str:
    """The colour as #rrggbb; a name that says no colour is a light grey."""
    words = name.lower().replace("/", " ").split()
    rgb = next((HUES[word] for word in reversed(words) if word in HUES), UNKNOWN)
    shade = next((SHADES[word] for word in words if word in SHADES), None)
    if shade is not None:
        rgb = _mixed(rgb, shade)
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def _mixed(rgb: tuple[int, int, int], shade: tuple[int, int, int]) -> tuple[int, int, int]:
    red, green, blue = (
        round(own + (other - own) * STRENGTH) for own, other in zip(rgb, shade, strict=True)
    )
    return red, green, blue
