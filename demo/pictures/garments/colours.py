"""H&M's colour names as colours, and the ramps that shade them."""

from collections.abc import Sequence
from functools import lru_cache

from demo.pictures.garments.shapes import NEUTRAL
from demo.pictures.garments.spec import Dice

Colour = tuple[int, int, int]

_HEX = {
    "Black": "27272a",
    "Dark Grey": "55565a",
    "Grey": "8f9093",
    "Light Grey": "c3c3c4",
    "Silver": "bdbfc3",
    "White": "fbfaf8",
    "Off White": "f4efe4",
    "Transparent": "e6e9ea",
    "Light Beige": "e2d3bf",
    "Beige": "cfb899",
    "Dark Beige": "a98d6c",
    "Greyish Beige": "b3a594",
    "Yellowish Brown": "8a5a34",
    "Bronze/Copper": "a9683f",
    "Gold": "c8a452",
    "Greenish Khaki": "6f6f4e",
    "Light Yellow": "f5e6a3",
    "Yellow": "efc63f",
    "Dark Yellow": "d19a24",
    "Other Yellow": "e3cf6b",
    "Light Orange": "efb89a",
    "Orange": "e57f3d",
    "Dark Orange": "bd5b2b",
    "Other Orange": "e79b72",
    "Light Pink": "efc9c8",
    "Pink": "e08fa0",
    "Dark Pink": "c94b78",
    "Other Pink": "e8aab5",
    "Light Red": "de7a72",
    "Red": "b9232f",
    "Dark Red": "6f1f2b",
    "Other Red": "a5403f",
    "Light Purple": "c3b2d6",
    "Purple": "83609f",
    "Dark Purple": "4a2f4f",
    "Other Purple": "9c86b3",
    "Light Blue": "b5cbe0",
    "Blue": "5f86b8",
    "Dark Blue": "29344f",
    "Other Blue": "6d93ad",
    "Light Turquoise": "b3d9d3",
    "Turquoise": "55a7a6",
    "Dark Turquoise": "24626a",
    "Other Turquoise": "6bb0ab",
    "Light Green": "bcd2b0",
    "Green": "5b8f5f",
    "Dark Green": "2f4a3b",
    "Other Green": "86a378",
    "Other": "b7a99a",
    "Unknown": "c9c2b8",
    "Denim": "4f6a8d",
}
#: Where only the perceived master colour is known.
_MASTERS = {
    "Brown": "Yellowish Brown",
    "Khaki green": "Greenish Khaki",
    "Lilac Purple": "Light Purple",
    "Metal": "Silver",
    "Mole": "Greyish Beige",
    "Yellowish Green": "Light Green",
    "Bluish Green": "Dark Turquoise",
}
#: How a perceived colour value moves a colour: (share towards the tone, the tone).
_VALUES: dict[str, tuple[float, Colour]] = {
    "Dark": (0.06, (20, 20, 26)),
    "Dusty Light": (0.12, (205, 200, 194)),
    "Light": (0.07, (255, 255, 255)),
    "Medium Dusty": (0.14, (140, 136, 132)),
}
_PALETTES: tuple[tuple[str, str, str], ...] = (
    ("d98c7a", "f1d9c0", "6f7d5c"),
    ("e6b655", "f4ede0", "5c7f8a"),
    ("c75a64", "f0c7bd", "4f6b57"),
    ("7f97b8", "f2efe6", "c9a06a"),
    ("b98aa6", "f3e3e6", "7a8f6a"),
    ("3f5a73", "e9dcc8", "c4735a"),
)

#: Colours of what is not cloth.
TRIMS: dict[str, Colour] = {
    "white": (246, 245, 242),
    "label": (238, 236, 231),
    "metal": (186, 184, 178),
    "gold": (201, 166, 92),
    "dark": (48, 47, 50),
    "glass": (66, 62, 62),
    "tan": (186, 138, 88),
    "cork": (201, 170, 132),
    "sole": (226, 220, 210),
    "card": (214, 200, 180),
    "shell": (236, 232, 224),
}


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """Colour ``a`` moved by ``share`` of the way towards ``b``."""
    r, g, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return r, g, blue


def light(colour: Colour) -> float:
    """Rec. 601 luma, 0 to 1."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


def colour_named(name: str, value: str = "") -> Colour:
    """The colour for a colour group (or master colour) name; a warm grey for an unknown name."""
    if name not in _HEX:
        name = _MASTERS.get(name, name if name in _HEX else "Unknown")
    colour = _parse(_HEX[name])
    share, tone = _VALUES.get(value, (0.0, colour))
    return mix(colour, tone, share)


def _parse(text: str) -> Colour:
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


def inks_for(base: Colour, dice: Dice) -> Sequence[Colour]:
    """Three print colours that stand out from the cloth's own colour and sit well together."""
    inks = [_parse(text) for text in dice.pick(_PALETTES)]
    if dice.chance(0.45):  # a quiet print: paper and shade of the colour itself
        quiet = (250, 246, 238) if light(base) < 0.62 else (58, 60, 70)
        inks = [mix(base, quiet, 0.85), mix(base, quiet, 0.45), mix(base, quiet, 0.65)]
    return sorted(
        (_apart(ink, base) for ink in inks), key=lambda ink: -abs(light(ink) - light(base))
    )


def _apart(ink: Colour, base: Colour) -> Colour:
    if abs(light(ink) - light(base)) >= 0.16:
        return ink
    return mix(ink, (252, 249, 243) if light(base) < 0.55 else (52, 52, 60), 0.45)


@lru_cache(maxsize=512)
def ramp(colour: Colour) -> tuple[list[int], list[int], list[int]]:
    """Look-up tables from tone (0-255, 128 the colour itself) to red, green and blue.

    Shadows keep the hue and go a little cool; lights open up more on light cloth than on dark.
    """
    shadow = mix(tuple(round(c * 0.16) for c in colour), (22, 24, 40), 0.25)  # type: ignore[arg-type]
    bright = mix(colour, (255, 253, 250), 0.42 + 0.4 * light(colour))
    tables: tuple[list[int], list[int], list[int]] = ([], [], [])
    for tone in range(256):
        below = tone < NEUTRAL
        share = (NEUTRAL - tone) / NEUTRAL if below else (tone - NEUTRAL) / (255 - NEUTRAL)
        for table, value in zip(
            tables, mix(colour, shadow if below else bright, share), strict=True
        ):
            table.append(value)
    return tables
