"""RGB values for H&M's colour names."""

from typing import Final

Colour = tuple[int, int, int]

_HEX: Final = {
    "Black": "1b1b1d", "Dark Grey": "55565a", "Grey": "8f9093", "Light Grey": "c3c3c4",
    "Silver": "bdbfc3", "White": "fbfaf8", "Off White": "f3ecdf", "Transparent": "e6e9ea",
    "Light Beige": "e2d3bf", "Beige": "cfb899", "Dark Beige": "a98d6c", "Greyish Beige": "b3a594",
    "Yellowish Brown": "8a5a34", "Bronze/Copper": "a9683f", "Gold": "c8a452",
    "Greenish Khaki": "6f6f4e",
    "Light Yellow": "f5e6a3", "Yellow": "efc63f", "Dark Yellow": "d19a24", "Other Yellow": "e3cf6b",
    "Light Orange": "efb89a", "Orange": "e57f3d", "Dark Orange": "bd5b2b", "Other Orange": "e79b72",
    "Light Pink": "efc9c8", "Pink": "e08fa0", "Dark Pink": "c94b78", "Other Pink": "e8aab5",
    "Light Red": "de7a72", "Red": "b9232f", "Dark Red": "6f1f2b", "Other Red": "a5403f",
    "Light Purple": "c3b2d6", "Purple": "83609f", "Dark Purple": "4a2f4f", "Other Purple": "9c86b3",
    "Light Blue": "b5cbe0", "Blue": "5f86b8", "Dark Blue": "29344f", "Other Blue": "6d93ad",
    "Light Turquoise": "b3d9d3", "Turquoise": "55a7a6", "Dark Turquoise": "24626a",
    "Other Turquoise": "6bb0ab",
    "Light Green": "bcd2b0", "Green": "5b8f5f", "Dark Green": "2f4a3b", "Other Green": "86a378",
}  # fmt: skip
#: Perceived master colours that aren't colour groups.
_MASTERS: Final = {
    "Brown": "Yellowish Brown", "Khaki green": "Greenish Khaki", "Lilac Purple": "Light Purple",
    "Metal": "Silver", "Mole": "Greyish Beige", "Yellowish Green": "Light Green",
    "Bluish Green": "Dark Turquoise",
}  # fmt: skip
_NO_COLOUR: Final = (200, 200, 200)
#: How a perceived colour value shifts a colour: (share towards the tone, the tone).
_VALUES: Final[dict[str, tuple[float, Colour]]] = {
    "Dark": (0.06, (20, 20, 24)),
    "Dusty Light": (0.12, (205, 200, 194)),
    "Light": (0.07, (255, 255, 255)),
    "Medium Dusty": (0.14, (140, 136, 132)),
}


def colour_named(name: str, value: str = "") -> Colour | None:
    """The colour of a colour group (or master colour), shifted by a perceived value.

    None for a name that isn't a colour, such as "Other" or "Unknown".
    """
    text = _HEX.get(_MASTERS.get(name, name))
    if text is None:
        return None
    colour = (int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16))
    share, tone = _VALUES.get(value, (0.0, colour))
    return mix(colour, tone, share)


def hex_of(name: str) -> str:
    """The colour as #rrggbb, for a swatch; light grey for a name that isn't a colour."""
    return "#{:02x}{:02x}{:02x}".format(*(colour_named(name) or _NO_COLOUR))


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """Colour ``a`` moved by ``share`` of the way towards ``b``."""
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


def luma(colour: Colour) -> float:
    """Rec. 601 luma, 0 to 1."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255
