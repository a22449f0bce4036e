"""Sizes: the demo's own, from a scheme per kind of garment and audience (sizes.toml)."""

from itertools import chain
from typing import Final

from catalog.models import Article
from web.cache import bounded
from web.files import table
from web.json_types import Json

WOMEN: Final = "women"
SIZES: Final = table(__file__, "sizes.toml")


def sizes_of(article: Article) -> tuple[str, ...]:
    """The article's sizes, smallest first; none for what has no sizes, such as a bag."""
    kind = article.product_type
    return sizes(kind.name, kind.group.name, article.index.name)


@bounded(2000, constant=True)
def sizes(product_type: str, product_group: str, index: str) -> tuple[str, ...]:
    """By the names of the files; a kind that lists the type counts before one of its group."""
    kinds = SIZES["kinds"].values()
    audience = next((a for a, names in SIZES["audiences"].items() if index in names), WOMEN)
    of_type = (kind for kind in kinds if product_type in kind.get("types", ()))
    of_group = (kind for kind in kinds if product_group in kind.get("groups", ()))
    kind: Json = next(chain(of_type, of_group), {})
    return tuple(SIZES["schemes"].get(kind.get(audience), ()))
