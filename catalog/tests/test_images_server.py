"""The image server: its URLs, its renditions, its placeholder for a missing picture."""

import os
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError
from django.db.models import QuerySet
from PIL import Image
from pytest_django import Settings

from catalog.images import renditions, server
from catalog.images.library import picture_path, survey
from catalog.images.urls import WIDTHS, image_url, srcset
from catalog.models import Article
from catalog.tests.factories import make_article

ARTICLE = 912345001
ADDRESS = f"/240/{ARTICLE:010d}.webp"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def picture(self) -> Image.Image:
        return Image.open(BytesIO(self.body))


def get(address: str, method: str = "GET", **headers: str) -> Reply:
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": address, **headers}
    setup_testing_defaults(environ)
    seen: list[Any] = []

    def start(*arguments: Any) -> Any:
        seen.extend(arguments)

    body = b"".join(server.application(environ, start))
    return Reply(int(seen[0][:3]), dict(seen[1]), body)


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: Settings) -> Path:
    """Folders for this test only; returns the picture folder."""
    settings.IMAGES_DIR, settings.RENDITIONS_DIR = tmp_path / "images", tmp_path / "renditions"
    return tmp_path / "images"


def put(
    folder: Path, article_id: int = ARTICLE, size: tuple[int, int] = (360, 540), red: int = 200
) -> Path:
    path = picture_path(folder, article_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (red, 40, 40)).save(path, "JPEG")
    return path


def kept(folder: Path) -> list[Path]:
    return sorted((folder.parent / "renditions").rglob("*.webp"))


# --- pictures ---------------------------------------------------------------------------------


@pytest.mark.parametrize("width", WIDTHS)
def test_a_picture_comes_as_webp_in_every_width(folders: Path, width: int) -> None:
    put(folders)
    reply = get(f"/{width}/{ARTICLE:010d}.webp")
    assert reply.status == 200
    picture = reply.picture()
    assert (picture.format, picture.size) == ("WEBP", (width, width * 3 // 2))


def test_a_picture_may_be_kept_for_ever_and_used_by_another_origin(folders: Path) -> None:
    put(folders)
    headers = get(ADDRESS).headers
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "image/webp"
    assert "X-Image" not in headers


def test_a_known_tag_is_answered_with_304_and_no_body(folders: Path) -> None:
    put(folders)
    tag = get(ADDRESS).headers["ETag"]
    for asked in (tag, f'"other", W/{tag}', "*"):
        reply = get(ADDRESS, HTTP_IF_NONE_MATCH=asked)
        assert (reply.status, reply.body) == (304, b"")
    assert get(ADDRESS, HTTP_IF_NONE_MATCH='"other"').status == 200


def test_head_tells_the_length_and_sends_nothing(folders: Path) -> None:
    put(folders)
    whole, head = get(ADDRESS), get(ADDRESS, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.body))


def test_a_rendition_is_made_once(folders: Path) -> None:
    put(folders)
    get(ADDRESS)
    (file,) = kept(folders)
    made = file.stat().st_mtime_ns
    get(ADDRESS)
    assert [f.stat().st_mtime_ns for f in kept(folders)] == [made]


def test_a_changed_picture_replaces_its_renditions(folders: Path) -> None:
    source = put(folders, red=200)
    before = get(ADDRESS)
    put(folders, red=20)
    os.utime(source, ns=(1, 1))
    after = get(ADDRESS)
    assert after.headers["ETag"] != before.headers["ETag"]
    red = after.picture().convert("RGB").getpixel((100, 100))
    assert isinstance(red, tuple)
    assert red[0] < 60
    assert len(kept(folders)) == 1


def test_a_square_picture_stands_whole_on_a_neutral_ground(folders: Path) -> None:
    put(folders, size=(400, 400))
    picture = get(ADDRESS).picture().convert("RGB")
    top, middle = picture.getpixel((120, 5)), picture.getpixel((120, 180))
    assert isinstance(top, tuple)
    assert min(top) > 225
    assert isinstance(middle, tuple)
    assert middle[1] < 90


def test_many_requests_for_a_new_rendition_render_it_once(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folders, size=(1166, 1750))
    rendered: list[Path] = []
    fitted = renditions._fitted

    def counted(source: Path, width: int) -> Image.Image:
        rendered.append(source)
        return fitted(source, width)

    monkeypatch.setattr(renditions, "_fitted", counted)
    with ThreadPoolExecutor(12) as pool:
        replies = list(pool.map(get, [ADDRESS] * 24))
    assert {reply.status for reply in replies} == {200}
    assert len({reply.body for reply in replies}) == 1
    # As many as may render at once start before the first has finished.
    assert 1 <= len(rendered) <= 2
    assert len(kept(folders)) == 1
    assert not list((folders.parent / "renditions").rglob(".*"))


def test_a_folder_that_cannot_be_written_still_serves(folders: Path, settings: Settings) -> None:
    put(folders)
    settings.RENDITIONS_DIR = folders.parent / "a file"
    settings.RENDITIONS_DIR.write_text("not a folder")
    reply = get(ADDRESS)
    assert (reply.status, "X-Image" in reply.headers) == (200, False)


# --- hostile addresses and files --------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "",
        "/240",
        "/240/../../etc/passwd",
        "/240/..%2f..%2fetc%2fpasswd.webp",
        "/240/0912345001.webp/../0912345001.webp",
        "/240/0912345001.webp\n",
        "/240/0912345001.jpg",
        "/240/912345001.webp",
        "/240/00912345001.webp",
        "/240/" + "9" * 5000 + ".webp",
        "/" + "9" * 5000 + "/0912345001.webp",
        "/240/٠٩١٢٣٤٥٠٠١.webp",
        "/-240/0912345001.webp",
        "//240/0912345001.webp",
        "/240/0912345001.webp\x00",
    ],
)
def test_no_other_address_exists(folders: Path, address: str) -> None:
    put(folders)
    assert get(address).status == 404


@pytest.mark.parametrize("width", [0, 1, 121, 241, 9999])
def test_a_width_that_is_not_served_is_refused_by_name(folders: Path, width: int) -> None:
    put(folders)
    reply = get(f"/{width}/{ARTICLE:010d}.webp")
    assert reply.status == 400
    assert b"120, 240, 360, 480, 800" in reply.body
    assert kept(folders) == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "GETT"])
def test_only_get_and_head_are_allowed(method: str) -> None:
    reply = get(ADDRESS, method)
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.django_db
@pytest.mark.parametrize("spoil", ["text", "cut", "empty", "bomb"])
def test_a_broken_picture_is_replaced_by_a_tile_and_logged(
    folders: Path, spoil: str, caplog: pytest.LogCaptureFixture
) -> None:
    make_article(ARTICLE)
    path = put(folders)
    path.write_bytes(
        {
            "text": b"this is no picture",
            "cut": path.read_bytes()[:300],
            "empty": b"",
            "bomb": png_bomb(60_000),
        }[spoil]
    )
    began = time.process_time()
    reply = get(ADDRESS)
    assert reply.status == 200
    assert reply.headers["X-Image"] == "placeholder"
    assert "0912345001" in caplog.text
    assert time.process_time() - began < 5
    assert kept(folders) == []


def png_bomb(side: int) -> bytes:
    """A small PNG that claims to be side × side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side + 1) * 100), 9)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# --- placeholder for a missing picture --------------------------------------------------------


@pytest.mark.django_db
def test_a_known_article_without_picture_has_a_tile() -> None:
    make_article(ARTICLE, product_type=(252, "Sweater"))
    make_article(ARTICLE + 1000, product_type=(265, "Dress"))
    sweater, dress = get(ADDRESS), get(f"/240/{ARTICLE + 1000:010d}.webp")
    assert (sweater.status, dress.status) == (200, 200)
    assert sweater.headers["X-Image"] == "placeholder"
    assert sweater.headers["Cache-Control"] == "public, max-age=3600"
    assert sweater.picture().size == (240, 360)
    assert sweater.body != dress.body
    tag = sweater.headers["ETag"]
    assert get(ADDRESS, HTTP_IF_NONE_MATCH=tag).status == 304
    assert dress.headers["ETag"] != tag


@pytest.mark.django_db
@pytest.mark.parametrize("width", WIDTHS)
def test_a_tile_comes_in_every_width(width: int) -> None:
    make_article(ARTICLE)
    picture = get(f"/{width}/{ARTICLE:010d}.webp").picture()
    assert (picture.format, picture.size) == ("WEBP", (width, width * 3 // 2))


@pytest.mark.django_db
def test_articles_that_look_alike_share_a_tile_and_a_changed_one_gets_another() -> None:
    make_article(ARTICLE, product_type=(265, "Dress"))
    make_article(ARTICLE + 1000, product_type=(265, "Dress"))
    before = get(ADDRESS).headers["ETag"]
    assert get(f"/240/{ARTICLE + 1000:010d}.webp").headers["ETag"] == before
    make_article(ARTICLE + 2000, product_type=(252, "Sweater"))
    sweater = Article.objects.get(pk=ARTICLE + 2000).product_type
    Article.objects.filter(pk=ARTICLE).update(product_type=sweater)
    reply = get(ADDRESS, HTTP_IF_NONE_MATCH=before)
    assert (reply.status, reply.headers["ETag"] != before) == (200, True)


@pytest.mark.django_db
def test_an_unknown_article_is_404_with_a_hanger() -> None:
    for article_id in (ARTICLE, 9_999_999_999, 0):
        reply = get(f"/240/{article_id:010d}.webp", HTTP_IF_NONE_MATCH="*")
        assert (reply.status, reply.headers["X-Image"]) == (404, "placeholder")
        assert reply.picture().size == (240, 360)


def test_with_the_database_down_a_hanger_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(articles: QuerySet[Article]) -> None:
        raise DatabaseError("the connection was refused")

    monkeypatch.setattr(QuerySet, "first", away)
    reply = get(ADDRESS)
    assert (reply.status, reply.headers["X-Image"]) == (404, "placeholder")


@pytest.mark.django_db
def test_a_picture_that_arrives_takes_the_tile_s_place(folders: Path) -> None:
    make_article(ARTICLE)
    assert get(ADDRESS).headers["X-Image"] == "placeholder"
    put(folders)
    assert "X-Image" not in get(ADDRESS).headers


# --- addresses and the folder -----------------------------------------------------------------


def test_addresses_are_those_the_server_knows(settings: Settings) -> None:
    settings.IMAGE_BASE_URL = "http://images.test"
    assert image_url(12345, 240) == "http://images.test/240/0000012345.webp"
    assert srcset(12345).count("0000012345.webp") == len(WIDTHS)
    assert "http://images.test/800/0000012345.webp 800w" in srcset(12345)
    with pytest.raises(ValueError, match="241"):
        image_url(12345, 241)


def test_the_folder_is_surveyed_by_file_names(folders: Path) -> None:
    put(folders, ARTICLE)
    put(folders, 12345001)
    for stranger in ("readme.txt", "091/0912345001.png", "091/0012345001.jpg", "091/thumb.jpg"):
        (folders / stranger).write_bytes(b"x")
    assert survey(folders).articles == {ARTICLE, 12345001}
    names = {str(path.relative_to(folders)) for path in survey(folders).strangers}
    assert names == {"readme.txt", "091/0912345001.png", "091/0012345001.jpg", "091/thumb.jpg"}
    assert survey(folders / "nowhere").articles == set()


# --- the real process -------------------------------------------------------------------------


@pytest.fixture
def running(folders: Path, tmp_path: Path) -> Iterator[str]:
    """`manage.py image_server` as a process; yields its address."""
    put(folders)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "IMAGES_DIR": str(folders)}
    command = [sys.executable, "manage.py", "image_server", "--port", str(port)]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=django_settings.BASE_DIR, env=env, stdout=log, stderr=log
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/healthz")
            yield address
        finally:
            process.terminate()
            assert process.wait(timeout=180) == 0


def wait_for(address: str) -> None:
    deadline = time.monotonic() + 180
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2) as reply:
                assert reply.read() == b"ok"
                return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def test_the_server_serves_over_http_and_stops_when_told(running: str) -> None:
    with urllib.request.urlopen(running + ADDRESS, timeout=180) as reply:
        assert reply.status == 200
        assert Image.open(BytesIO(reply.read())).size == (240, 360)
    for address, status in (("/240/../../etc/passwd", 404), ("/241/0912345001.webp", 400)):
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(running + address, timeout=180)
        assert error.value.code == status
