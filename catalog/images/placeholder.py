"""What stands for a missing picture: a sketch of the garment that nobody takes for a photo."""

from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from demo.pictures.garments.colours import Colour, colour_named, mix
from demo.pictures.garments.drawing import garment_plate
from demo.pictures.garments.render import fit, ground, paint, plate
from demo.pictures.garments.shapes import Fill, Line, Mark, ellipse, path, ribbon
from demo.pictures.garments.spec import GarmentSpec

PAPER: Colour = (247, 245, 241)
PENCIL: Colour = (120, 116, 112)
CAPTION = "illustration"


def sketch(article: GarmentSpec, width: int, height: int) -> Image.Image:
    """The article's garment as a pencil drawing, with a wash of its colour."""
    body = garment_plate(article, width, height)
    wash = mix(colour_named(article.colour, article.colour_value), PAPER, 0.72)
    picture = Image.composite(paint(body.tone, wash), _paper(width, height), body.mask)
    return _captioned(_outlined(picture, body.tone, body.mask))


@lru_cache(maxsize=8)
def hanger(width: int, height: int) -> Image.Image:
    """An empty hanger: for an article that nothing is known of."""
    hook = path(
        (0, 0),
        ((0, -5), (4.5, -6)),
        ((9, -8), (8, -13)),
        ((6, -18.5), (0, -17)),
        ((-4, -15.5), (-4, -12)),
    )
    bar = path(
        (0, 0),
        ((3, 1), (34, 19)),
        ((38, 24), (32, 25)),
        (-32, 25),
        ((-38, 24), (-34, 19)),
        ((-3, 1), (0, 0)),
    )
    marks: list[Mark] = [
        Fill(ribbon(hook, 1.4)),
        Fill(ribbon(bar, 2.2)),
        Fill(ellipse(0, 0, 1.5, 1.5)),
        Line(bar, tone=110, width=0.4),
    ]
    drawn = plate(marks, fit(marks, width, height, (0.5, 0.3)))
    wash = mix(PENCIL, PAPER, 0.45)
    return _captioned(Image.composite(paint(drawn.tone, wash), _paper(width, height), drawn.mask))


def _paper(width: int, height: int) -> Image.Image:
    return ground(width, height, PAPER)


def _outlined(picture: Image.Image, tone: Image.Image, mask: Image.Image) -> Image.Image:
    """Pencil lines where the drawing's light changes sharply, and around the garment."""
    size = 3 if mask.width <= 240 else 5
    edge = ImageChops.difference(mask.filter(ImageFilter.MaxFilter(size)), mask)
    seams = tone.point([min(255, max(0, (112 - i) * 5)) for i in range(256)])
    lines = ImageChops.lighter(edge, ImageChops.multiply(seams, mask))
    pencil = Image.new("RGB", mask.size, PENCIL)
    return Image.composite(pencil, picture, lines.point([i * 200 // 255 for i in range(256)]))


def _captioned(picture: Image.Image) -> Image.Image:
    captioned = picture.copy()
    size = max(9, captioned.width // 26)
    ImageDraw.Draw(captioned).text(
        (captioned.width * 0.96, captioned.height * 0.975),
        CAPTION,
        fill=PENCIL,
        font=ImageFont.load_default(size),
        anchor="rs",
    )
    return captioned
