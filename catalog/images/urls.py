"""URLs of an article's pictures on the image server: ``/{width}/{article_id}.webp``."""

from django.conf import settings

#: The widths in which pictures are served; the height is 1.5 times the width.
WIDTHS = (120, 240, 360, 480, 800)

#: The picture in its original size, up to FULL_SIZE; never enlarged.
FULL = 0
FULL_SIZE = (2000, 3000)


def height_for(width: int) -> int:
    return width * 3 // 2


def image_url(article_id: int, width: int) -> str:
    """The URL of an article's picture; ``width`` is one of WIDTHS."""
    if width not in WIDTHS:
        raise ValueError(f"no renditions are {width} px wide: choose one of {WIDTHS}")
    return f"{settings.IMAGE_BASE_URL}/{width}/{article_id:010d}.webp"


def full_url(article_id: int) -> str:
    """The URL of the picture in its original size, for zooming in."""
    return f"{settings.IMAGE_BASE_URL}/full/{article_id:010d}.webp"


def srcset(article_id: int) -> str:
    """An <img>'s srcset: every width that is served."""
    server, name = settings.IMAGE_BASE_URL, f"{article_id:010d}.webp"
    return ", ".join(f"{server}/{width}/{name} {width}w" for width in WIDTHS)
