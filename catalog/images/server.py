"""The image server: a WSGI application separate from the shop.

    GET /{width}/{article_id}.webp     a rendition, or a tile if there is no picture
    GET /healthz                       "ok"

There are no other URLs, and the only part of one that reaches a file name is ten digits.
"""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from catalog.images.colours import Colour, colour_named
from catalog.images.renditions import BrokenPictureError, Rendition, encode, rendition
from catalog.images.tile import NONE, icon_for, tile
from catalog.images.urls import FULL, WIDTHS, height_for
from catalog.models import Article
from catalog.quantities import MAX_KEY
from web.cache import bounded

logger = logging.getLogger(__name__)
Reply = tuple[str, list[tuple[str, str]], bytes]
_ADDRESS = re.compile(r"/(\d{1,4}|full)/(\d{10})\.webp", re.ASCII)
_FOREVER = "public, max-age=31536000, immutable"
_HOUR = "public, max-age=3600"
_PLAIN = "text/plain; charset=utf-8"
_COMMON = [
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
]


@dataclass(frozen=True)
class TileAttributes:
    """The icon of the article's type, and its colour if known."""

    icon: str
    colour: Colour | None


def attributes_of(article_id: int) -> TileAttributes | None:
    """Its current attributes; None if there is no such article, or the catalogue can't be read."""
    names = Article.objects.filter(pk=article_id).values_list(
        "product_type__name", "product_type__group__name", "colour__name", "colour_value__name"
    )
    try:
        row = names.first() if article_id <= MAX_KEY else None
    except (DatabaseError, InterfaceError) as error:
        connection.close()  # drop a possibly broken connection; the next look-up reconnects
        logger.warning("could not look up article %010d: %s", article_id, error)
        return None
    return TileAttributes(icon_for(*row[:2]), colour_named(*row[2:])) if row else None


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The WSGI entry point."""
    method = environ["REQUEST_METHOD"]
    if method in ("GET", "HEAD"):
        status, headers, body = _answer(environ)
    else:
        status, headers, body = _text("405 Method Not Allowed")
        headers.append(("Allow", "GET, HEAD"))
    start_response(status, [*headers, *_COMMON])
    return [body if method != "HEAD" else b""]


def _answer(environ: WSGIEnvironment) -> Reply:
    address = environ.get("PATH_INFO", "")
    if address == "/healthz":
        return _text("200 OK", "ok")
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return _text("404 Not Found")
    width, article_id = FULL if match[1] == "full" else int(match[1]), int(match[2])
    if width not in WIDTHS and match[1] != "full":
        return _text("400 Bad Request", f"width: choose one of {', '.join(map(str, WIDTHS))}")
    asked = environ.get("HTTP_IF_NONE_MATCH", "")
    found = _picture(article_id, width, asked)
    if found is None and width == FULL:
        return _text("404 Not Found")
    return found or _placeholder(article_id, width, asked)


def _picture(article_id: int, width: int, asked: str) -> Reply | None:
    """The article's picture, or None if it has no usable one."""
    try:
        found = rendition(
            Path(settings.IMAGES_DIR), Path(settings.RENDITIONS_DIR), article_id, width
        )
    except (BrokenPictureError, OSError) as error:
        logger.warning("picture of article %010d: %s", article_id, error)
        return None
    return _image("200 OK", found, _FOREVER, asked) if found else None


def _placeholder(article_id: int, width: int, asked: str) -> Reply:
    """A tile; for an unknown article a 404 with a hanger icon."""
    shown = attributes_of(article_id)
    status = "200 OK" if shown else "404 Not Found"
    found = _tile(shown or TileAttributes(NONE, None), width)
    status, headers, body = _image(status, found, _HOUR, asked if shown else "")
    return status, [*headers, ("X-Image", "placeholder")], body


@bounded(512)
def _tile(shown: TileAttributes, width: int) -> Rendition:
    """Articles that look alike share a tile, whose ETag is a hash of its content."""
    body = encode(tile(shown.icon, shown.colour, width, height_for(width)))
    return Rendition(body, f"tile-{sha256(body).hexdigest()[:20]}")


def _image(status: str, found: Rendition, keep: str, asked: str) -> Reply:
    tag = f'"{found.tag}"'
    headers = [("ETag", tag), ("Cache-Control", keep)]
    if asked.strip() == "*" or tag in re.findall(r'"[^"]*"', asked):
        return "304 Not Modified", headers, b""
    headers += [("Content-Type", "image/webp"), ("Content-Length", str(len(found.body)))]
    return status, headers, found.body


def _text(status: str, text: str = "") -> Reply:
    body = (text or status.partition(" ")[2]).encode()
    headers = [("Content-Type", _PLAIN), ("Content-Length", str(len(body)))]
    return status, [*headers, ("Cache-Control", "no-store")], body
