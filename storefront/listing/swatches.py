"""One card per product, with a dot for each of its colours."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from catalog.data_version import data_version
from catalog.models import Article
from catalog.search.facet_index import facet_index
from recommendations.bundle import registry
from recommendations.bundle.reader import ABSENT, Bundle
from recommendations.vision.colours import PARTS, hex_of
from web.cache import VersionedMap

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


_colours: Final[VersionedMap[int, list[Colour]]] = VersionedMap(data_version, 10_000)


def with_colours(articles: Sequence[Article]) -> list[Card]:
    """The articles with the colours of their products."""
    colours = seen(_colours.get_many({article.product_id for article in articles}, colours_of))
    return [Card(article, colours.get(article.product_id, [])) for article in articles]


def colours_of(products: Collection[int]) -> dict[int, list[Colour]]:
    goods = facet_index()
    rows, names = goods.of_products(products), goods.names["colours"]
    columns = (goods.of(name)[rows].tolist() for name in ("product", "article", "colour_group"))
    return grouped(
        (product, key, names[colour]) for product, key, colour in zip(*columns, strict=True)
    )


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
