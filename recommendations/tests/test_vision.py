"""Pictures as vectors: decoding within limits, colours, embedding, search by photo."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, ImageDraw
from pytest_django import Settings

from catalog.images.library import picture_path
from catalog.models import Article
from recommendations.bundle import registry
from recommendations.tests.shops import GARMENTS, article_key, open_shop, train
from recommendations.vision import pictures, store
from recommendations.vision.colours import dominant_colours, hex_of, lab
from recommendations.vision.embedding import embed_pictures
from recommendations.vision.encoder import Encoder
from recommendations.vision.projection import projection_of
from recommendations.vision.weights import WeightsError, read_weights
from web.requests.uploads import MAX_BYTES

RED, BLUE, WHITE = (200, 30, 40), (30, 60, 180), (255, 255, 255)
PHOTO = "/api/v1/search/photo/"


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return Encoder(tmp_path_factory.mktemp("network"), 2)


def drawn(
    colour: tuple[int, int, int], shape: int = 0, size: tuple[int, int] = (160, 240)
) -> Image.Image:
    """A garment on white: a block, stripes or a disc."""
    picture = Image.new("RGB", size, WHITE)
    draw = ImageDraw.Draw(picture)
    left, top, right, bottom = size[0] // 4, size[1] // 5, 3 * size[0] // 4, 4 * size[1] // 5
    if shape == 0:
        draw.rectangle((left, top, right, bottom), colour)
    elif shape == 1:
        for y in range(top, bottom, 16):
            draw.rectangle((left, y, right, y + 7), colour)
    else:
        draw.ellipse((left, top, right, bottom), colour)
    return picture


def as_bytes(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def bomb() -> bytes:
    """A PNG of a few hundred bytes that claims 900 million pixels."""
    png = bytearray(as_bytes(Image.new("L", (8, 8)), "PNG"))
    png[16:24] = struct.pack(">II", 30_000, 30_000)
    png[29:33] = struct.pack(">I", zlib.crc32(bytes(png[12:29])))
    return bytes(png)


def test_a_picture_is_turned_as_its_camera_says_and_its_metadata_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "a camera"
    found = pictures.opened(as_bytes(Image.new("RGB", (60, 40), RED), exif=exif))
    assert found.size == (40, 60)
    assert not found.getexif()


def test_transparent_ground_becomes_white() -> None:
    found = pictures.opened(as_bytes(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG"))
    assert found.getpixel((5, 5)) == WHITE


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"GIF89a" + bytes(50), b"\xff\xd8\xff\xe0"]
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(pictures.PictureError):
        pictures.opened(content)


def test_a_decompression_bomb_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(pictures.TooLargeError):
        pictures.opened(bomb())


def test_a_letterboxed_picture_keeps_its_aspect() -> None:
    pixels = pictures.letterboxed(Image.new("RGB", (100, 200), RED))
    assert pixels.shape == (pictures.SIDE, pictures.SIDE, 3)
    assert (pixels[:, 0] == 255).all()
    assert tuple(pixels[pictures.SIDE // 2, pictures.SIDE // 2]) == RED


@pytest.mark.parametrize("colour", [RED, BLUE, WHITE])
def test_the_main_colour_is_the_garment_s_and_not_the_ground_s(
    colour: tuple[int, int, int],
) -> None:
    main = dominant_colours(drawn(colour))[0]
    assert np.linalg.norm(main[:3] - lab(np.array(colour, np.uint8))) < 6
    assert main[3] > 0.8


def test_two_colours_of_a_garment_are_both_found() -> None:
    picture = drawn(RED)
    picture.paste(BLUE, (40, 48, 120, 110))
    found = dominant_colours(picture)
    near = [
        np.linalg.norm(found[:, :3] - lab(np.array(c, np.uint8)), axis=1).min() for c in (RED, BLUE)
    ]
    assert max(near) < 8


def test_alike_pictures_are_nearer_than_others(encoder: Encoder) -> None:
    jeans, same, stripes = (
        encoder.vector(p) for p in (drawn(BLUE), drawn(BLUE, size=(150, 230)), drawn(RED, 1))
    )
    assert jeans.shape == (1280,)

    def cosine(a: np.ndarray, b: np.ndarray) -> float:
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    assert cosine(jeans, same) > 0.9 > cosine(jeans, stripes)


def test_an_archive_that_holds_anything_but_tensors_runs_nothing(tmp_path: Path) -> None:
    import pickle

    marker = tmp_path / "ran"
    evil = tmp_path / "weights.pth"

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (marker.touch, ())  # type: ignore[return-value]

    evil.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(WeightsError):
        read_weights(evil)
    assert not marker.exists()


def test_only_what_is_new_or_changed_is_embedded_again(tmp_path: Path, encoder: Encoder) -> None:
    images, folder = tmp_path / "images", tmp_path / "vision"

    def put(article: int, picture: Image.Image) -> None:
        path = picture_path(images, article)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_bytes(picture))

    def run() -> tuple[int, int, list[int]]:
        found = embed_pictures(images, folder, encoder, lambda done, total: None)
        return found.embedded, found.unchanged, found.broken

    put(108775015, drawn(RED))
    put(108775016, drawn(BLUE))
    broken = picture_path(images, 108775017)
    broken.write_bytes(b"x" * 200)
    assert run() == (2, 0, [108775017])
    before = store.read(folder)
    put(108775015, drawn(BLUE, 1))
    put(108775018, drawn(RED, 2))
    assert run() == (2, 1, [108775017])
    (folder / "pictures-000009.npz").write_bytes(b"torn")
    after = store.read(folder)
    assert after.article.tolist() == [108775015, 108775016, 108775018]
    assert not np.array_equal(after.vectors[0], before.vectors[0])
    np.testing.assert_array_equal(after.vectors[1], before.vectors[1])


@pytest.mark.parametrize("rgb", [RED, BLUE, WHITE, (0, 0, 0), (17, 130, 99)])
def test_a_colour_survives_the_way_to_lab_and_back(rgb: tuple[int, int, int]) -> None:
    assert hex_of(lab(np.array(rgb, np.uint8))) == "#{:02x}{:02x}{:02x}".format(*rgb)


def test_few_pictures_project_to_unit_vectors_of_the_full_width() -> None:
    features = np.random.default_rng(1).random((12, 1280)).astype(np.float16)
    found = projection_of(features, 1).of(features.astype(np.float32))
    assert found.shape == (12, 128)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-3)


@pytest.fixture(scope="session")
def embedded(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pictures of open_shop(6) as vectors: red blocks for even articles, blue stripes for
    odd ones."""
    images, folder = (tmp_path_factory.mktemp(name) for name in ("images", "vision"))
    keys = [article_key(kind, n) for kind in range(1, len(GARMENTS) + 1) for n in range(6)]
    for number, key in enumerate(keys):
        path = picture_path(images, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        size = (150 + number, 230 + number)
        path.write_bytes(as_bytes(drawn(BLUE, 1, size) if number % 2 else drawn(RED, 0, size)))
    embed_pictures(images, folder, encoder, lambda done, total: None)
    return folder


@pytest.fixture
def seen_shop(db: None, settings: Settings, bundles: Path, embedded: Path) -> list[Article]:
    """A shop whose articles have pictures."""
    settings.VISION_DIR = embedded
    articles = [article for own in open_shop(6).values() for article in own]
    train()
    return articles


def upload(content: bytes, **fields: object) -> dict[str, object]:
    return {"picture": SimpleUploadedFile("whatever.txt", content), **fields}


def test_a_photo_finds_what_looks_like_it(seen_shop: list[Article], client: Client) -> None:
    answer = client.post(PHOTO, upload(as_bytes(drawn(BLUE, 1)), k=3, look="true"))
    assert answer.status_code == 200, answer.content
    striped = {article.article_id for article in seen_shop[1::2]}
    found = answer.json()
    assert {item["article"] for item in found["items"]} <= striped
    assert len(found["items"]) == 3
    assert found["parts"]
    box = client.post(PHOTO, upload(as_bytes(drawn(RED)), box="0.2,0.2,0.8,0.8", k=1)).json()
    assert box["items"][0]["article"] not in striped
    similar = client.get(f"/api/v1/recommendations/similar-look/?article={seen_shop[1].article_id}")
    assert {item["article"] for item in similar.json()["items"][:3]} <= striped


def test_a_bad_photo_gets_a_clear_answer(seen_shop: list[Article], client: Client) -> None:
    picture = as_bytes(drawn(RED))
    for fields, status, named in (
        (upload(b"no picture at all"), 400, "picture"),
        ({}, 400, "picture"),
        (upload(picture, box="1,1,0,0"), 400, "box"),
        (upload(picture, box="a"), 400, "box"),
        (upload(picture, k="99"), 400, "k"),
    ):
        answer = client.post(PHOTO, fields)
        assert (answer.status_code, named in answer.json()["errors"]) == (status, True)
    assert client.post(PHOTO, upload(bomb())).status_code == 413
    assert client.post(PHOTO, upload(bytes(MAX_BYTES + 500_000))).status_code == 413


def test_the_page_takes_a_photo_with_its_token_and_without_scripts(
    seen_shop: list[Article],
) -> None:
    client = Client(enforce_csrf_checks=True)
    assert 'href="/search/photo/"' in client.get("/search/").text
    page = client.get("/search/photo/")
    token = page.context["csrf_token"]
    photo = upload(as_bytes(drawn(BLUE, 1)), csrfmiddlewaretoken=str(token), part="")
    answer = client.post("/search/photo/", photo)
    assert answer.status_code == 200
    assert (
        seen_shop[1].name in answer.content.decode() or seen_shop[3].name in answer.content.decode()
    )
    assert client.post("/search/photo/", upload(b"x")).status_code == 403


def test_the_page_looks_at_an_own_part_of_the_photo(seen_shop: list[Article]) -> None:
    """Red on the left, blue stripes on the right."""
    both = Image.new("RGB", (320, 240), WHITE)
    both.paste(drawn(RED), (0, 0))
    both.paste(drawn(BLUE, 1), (160, 0))
    client, content = Client(), as_bytes(both)

    def first(**sides: object) -> str:
        answer = client.post("/search/photo/", upload(content, **sides))
        assert answer.status_code == 200
        name: str = answer.context["cards"][0].article.name
        return name

    striped = {article.name for article in seen_shop[1::2]}
    assert first(left="50", right="100") in striped
    assert first(left="0", right="50", part="shoes") not in striped
    for sides, told in (
        ({"left": "60", "right": "50"}, "left before right"),
        ({"left": "-1"}, "left: "),
        ({"top": "x"}, "top: "),
        ({"bottom": "4"}, "5 percent"),
    ):
        answer = client.post("/search/photo/", upload(content, **sides))
        assert (answer.status_code, told in answer.content.decode()) == (400, True), sides


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("CMYK", "JPEG"), ("L", "JPEG"), ("P", "PNG"), ("LA", "PNG"), ("I;16", "PNG"), ("1", "PNG"),
     ("RGBA", "WEBP")],
)  # fmt: skip
def test_every_kind_of_pixels_is_read(mode: str, kind: str) -> None:
    found = pictures.opened(as_bytes(Image.new(mode, (40, 60)), kind))
    assert (found.mode, found.size) == ("RGB", (40, 60))


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "ICO", "PPM"])
def test_other_formats_are_rejected_by_content(kind: str) -> None:
    with pytest.raises(pictures.PictureError):
        pictures.opened(as_bytes(Image.new("RGB", (40, 60)), kind))


@pytest.mark.parametrize("size", [(1, 1), (1, 30_000), (30_000, 1)])
def test_extreme_shapes_end_in_a_vector_or_a_clear_error(
    size: tuple[int, int], encoder: Encoder
) -> None:
    try:
        vector = encoder.vector(pictures.opened(as_bytes(Image.new("RGB", size, RED), "PNG")))
    except pictures.PictureError:
        return
    assert np.isfinite(vector).all()


def test_text_that_unpacks_to_gigabytes_is_rejected() -> None:
    """A PNG may hold compressed text; 100 MB of zeros take 100 kB."""
    text = b"k\x00\x00" + zlib.compress(bytes(100_000_000), 9)
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + text))
    png = as_bytes(Image.new("RGB", (8, 8), RED), "PNG")
    try:
        found = pictures.opened(png[:33] + chunk + png[33:])
    except pictures.PictureError:
        return
    assert found.size == (8, 8)


@pytest.mark.django_db
def test_without_vectors_the_page_says_so_and_the_api_answers_503(client: Client) -> None:
    registry.registry.reset()
    assert "not set up" in client.get("/search/photo/").content.decode()
    assert client.post(PHOTO, upload(as_bytes(drawn(RED)))).status_code == 503
