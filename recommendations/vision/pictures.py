"""Pictures decoded within limits, upright, and letterboxed for the network."""

import warnings
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from web.arrays import Floats

Pixels = npt.NDArray[np.uint8]

# Side of the network's square input; larger ones cost more time than they gain.
SIDE: Final = 192
# A picture with more pixels is rejected before decoding.
MAX_PIXELS: Final = 40_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP")
GROUND: Final = (255, 255, 255)
# The value range that the weights were trained on.
MIDDLE: Final = np.float32(127)
SPREAD: Final = np.float32(128)


class PictureError(Exception):
    """The picture can't be used; the message says why."""


class TooLargeError(PictureError):
    """It exceeds the pixel limit."""


def opened(source: Path | bytes) -> Image.Image:
    """An upright RGB picture on white, at most a few times SIDE, without its metadata.

    The format is detected from the content, whatever the name. Raise PictureError.
    """
    try:
        with warnings.catch_warnings():
            # Our own limit is far below the one at which Pillow only warns.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            file = BytesIO(source) if isinstance(source, bytes) else source
            with Image.open(file, formats=FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise TooLargeError(
                        f"{picture.width} × {picture.height} pixels are too many: "
                        f"{MAX_PIXELS // 1_000_000} million at most"
                    )
                # JPEG: decode at a smaller scale, several times faster.
                picture.draft("RGB", (SIDE * 2, SIDE * 2))
                picture.thumbnail((SIDE * 4, SIDE * 4))
                return on_white(ImageOps.exif_transpose(picture))
    except Image.DecompressionBombError as error:
        raise TooLargeError("the picture has too many pixels") from error
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, EOFError) as error:
        raise PictureError(
            "the file is not a JPEG, PNG or WebP picture, or it is damaged"
        ) from error


def on_white(picture: Image.Image) -> Image.Image:
    """The pixels alone, with transparent parts made white."""
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", layer.size, (*GROUND, 255))
        picture = Image.alpha_composite(ground, layer)
    pixels = picture.convert("RGB")
    return Image.frombytes("RGB", pixels.size, pixels.tobytes())


def letterboxed(picture: Image.Image) -> Pixels:
    """SIDE × SIDE × 3: the whole picture on white, at its aspect ratio."""
    size = (SIDE, SIDE)
    boxed = ImageOps.pad(picture, size, Image.Resampling.BILINEAR, color=GROUND)
    pixels: Pixels = np.asarray(boxed, np.uint8)
    return pixels


def for_network(pixels: Pixels) -> Floats:
    """1 × 3 × SIDE × SIDE."""
    scaled = (pixels.astype(np.float32) - MIDDLE) / SPREAD
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])
