"""RGB values for H&M's colour names, from colours.toml."""

from typing import Final

from web.files import table

Colour = tuple[int, int, int]

_COLOURS: Final = table(__file__, "colours.toml")
_NO_COLOUR: Final = (200, 200, 200)


def colour_named(name: str, value: str = "") -> Colour | None:
    """The colour of a colour group (or master colour), shifted by a perceived value.

    None for a name that isn't a colour, such as "Other" or "Unknown".
    """
    text = _COLOURS["groups"].get(_COLOURS["masters"].get(name, name))
    if text is None:
        return None
    colour = (int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16))
    share, tone = _COLOURS["values"].get(value, (0.0, colour))
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
