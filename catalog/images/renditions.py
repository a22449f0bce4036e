"""Renditions: a picture as WebP in one of the served widths, made once and stored in a folder.

The name includes the source's modification time and size, so a changed picture gets a new
rendition. Files are written aside and renamed, so that readers never see a partial one.
"""

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from catalog.images.library import picture_path
from catalog.images.urls import FULL, FULL_SIZE, height_for
from web.files import replacing

logger = logging.getLogger(__name__)

QUALITY = 80
NEUTRAL_GROUND = (240, 239, 236)
#: Larger sources are refused before decoding: 40 megapixels are far above any of H&M's.
MAX_PIXELS = 40_000_000
#: A picture close to 2:3 is cropped to it; others are padded with a neutral ground.
CROP_TOLERANCE = 0.06
_rendering = threading.BoundedSemaphore(2)


class BrokenPictureError(Exception):
    """The source isn't a picture, is damaged, or is too large to open safely."""


@dataclass(frozen=True)
class Rendition:
    body: bytes
    tag: str


def rendition(images: Path, cache: Path, article_id: int, width: int) -> Rendition | None:
    """The article's picture in this width (FULL: the original size), or None if it has none.

    Raises BrokenPictureError if the source can't be rendered.
    """
    source = picture_path(images, article_id)
    try:
        state = source.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    tag = f"{width}-{article_id:010d}-{state.st_mtime_ns:x}-{state.st_size:x}"
    kept = cache / str(width) / f"{article_id:010d}"[:3] / f"{tag}.webp"
    try:
        return Rendition(kept.read_bytes(), tag)
    except OSError:
        return Rendition(_rendered(source, kept, width), tag)


def _rendered(source: Path, kept: Path, width: int) -> bytes:
    """Render into the cache, with limited concurrency; a thread that waited may find it there."""
    with _rendering:
        with suppress(OSError):
            return kept.read_bytes()
        body = encode(_fitted(source, width))
        _keep(kept, body)
        return body


def encode(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "WEBP", quality=QUALITY, method=2)
    return buffer.getvalue()


def _fitted(source: Path, width: int) -> Image.Image:
    size = (width, height_for(width))
    try:
        with Image.open(source, formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise BrokenPictureError(f"{opened.width} × {opened.height} pixels are too many")
            if width != FULL:
                opened.draft("RGB", (size[0] * 2, size[1] * 2))  # JPEGs decode at reduced scale
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (
        OSError,
        UnidentifiedImageError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
    ) as error:
        raise BrokenPictureError(str(error)) from error
    if width == FULL:
        upright.thumbnail(FULL_SIZE, Image.Resampling.LANCZOS)
        return upright
    if abs(upright.width / upright.height - 2 / 3) <= CROP_TOLERANCE:
        return ImageOps.fit(upright, size, Image.Resampling.LANCZOS)
    return ImageOps.pad(upright, size, Image.Resampling.LANCZOS, color=NEUTRAL_GROUND)


def _keep(kept: Path, body: bytes) -> None:
    """Write atomically, and delete renditions of earlier versions of the picture.

    A full or read-only disk isn't an error: the picture is rendered again next time.
    """
    try:
        with replacing(kept) as draft:
            draft.write_bytes(body)
        stem = "-".join(kept.stem.split("-")[:2])
        for old in kept.parent.glob(f"{stem}-*.webp"):
            if old != kept:
                old.unlink(missing_ok=True)
    except OSError as error:
        logger.warning("could not save the rendition %s: %s", kept.name, error)
