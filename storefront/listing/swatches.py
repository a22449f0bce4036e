"""One card per product, with a dot for each of its colours."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from catalog.models import Article
from recommendations.bundle import registry
from recommendations.bundle.reader import ABSENT, Bundle
from recommendations.vision.colours import PARTS, hex_of

Row = tuple[int, int, str]


@dataclass(frozen=True)
class Colour:
    """A colour of a product, and the article in that colour; `hex` is the colour of its picture,
    None if that is unknown."""

    article: int
    name: str
    hex: str | None = None


@dataclass(frozen=True)
class Card:
    article: Article
    colours: list[Colour]


def with_colours(articles: Sequence[Article]) -> list[Card]:
    """The articles with the colours of their products, in one query."""
    rows = (
        Article.objects.filter(
            product__in={article.product_id for article in articles}, summary__isnull=False
        )
        .order_by("pk")
        .values_list("product_id", "pk", "colour__name")
    )
    colours = seen(grouped(rows))
    return [Card(article, colours.get(article.product_id, [])) for article in articles]


def seen(colours: dict[int, list[Colour]]) -> dict[int, list[Colour]]:
    """With the main colour of each article's picture, if the model has looked at it."""
    bundle = registry.active()
    if bundle is None or bundle.look_colours.shape[1] == 0:
        return colours
    found = main_colours(bundle, [one.article for named in colours.values() for one in named])
    return {
        product: [replace(one, hex=found.get(one.article)) for one in named]
        for product, named in colours.items()
    }


def main_colours(bundle: Bundle, articles: Sequence[int]) -> dict[int, str]:
    """The main colour of each article with a picture, as #rrggbb."""
    rows = bundle.rows_of(articles)
    mains = bundle.look_colours[rows, :PARTS]
    known = (rows != ABSENT) & (mains[:, PARTS - 1] > 0)
    pairs = zip(articles, mains, known.tolist(), strict=True)
    return {article: hex_of(main) for article, main, shown in pairs if shown}


def grouped(rows: Iterable[Row]) -> dict[int, list[Colour]]:
    """The colours of each product, each name once: of its first article."""
    colours: dict[int, dict[str, Colour]] = defaultdict(dict)
    for product, article, name in rows:
        colours[product].setdefault(name, Colour(article, name))
    return {product: list(named.values()) for product, named in colours.items()}
