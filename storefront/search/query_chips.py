"""The interpretation of a search as the page shows it: removable chips, and their facets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.search.facet_index import FacetIndex
from catalog.search.matching import FACETS, facet_value
from catalog.search.ranking import ranked
from catalog.search.result import Ranked
from catalog.search.understanding.reading import Part, Price, Reading
from storefront.listing.faceted_list import FacetedList, QueryFacet
from storefront.templatetags.shop import money


@dataclass(frozen=True)
class Chip:
    """A part of the query, and the address without it."""

    label: str
    url: str


def chips(found: Ranked, listed: FacetedList) -> list[Chip]:
    reading = found.reading
    if reading is None:
        return []
    return [
        Chip(label(p, reading), listed.url(listed.choice, listed.sort, _rest(p, reading)))
        for p in found.used
    ]


def _rest(part: Part, reading: Reading) -> str:
    """The text without a part; of a compound ("Damenjacke") the other parts stay."""
    beside = [p for p in reading.parts if p is not part and p.start == part.start]
    rest = reading.without([part])
    kept = " ".join(word for p in beside for word in p.words)
    return f"{kept} {rest}".strip()


def labels(parts: Sequence[Part], reading: Reading) -> list[str]:
    return [label(part, reading) for part in parts]


def label(part: Part, reading: Reading) -> str:
    if part.price is not None:
        return price_label(part.price)
    name = f"“{reading.words_of(part)}”"
    if part.concept is not None:
        name = part.concept.label_in(get_language() or "en")
    return _("Without: %s") % name if part.negated else name


def price_label(price: Price) -> str:
    if price.share is not None:
        return _("Low price") if price.share > 0 else _("High price")
    if price.least is not None and price.most is not None:
        return f"{_money(price.least)} – {_money(price.most)}"
    if price.most is not None:
        return _("Up to %s") % _money(price.most)
    return _("From %s") % _money(price.least or Decimal(0))


def _money(amount: Decimal) -> str:
    return money(amount).removesuffix(".00")


def understood(found: Ranked, goods: FacetIndex) -> dict[str, QueryFacet]:
    """The facets determined by exactly one part of the interpretation, each with its one value."""
    reading, said = found.reading, {}
    for kind, (_column, facet) in FACETS.items():
        parts = [p for p in found.used if p.kind == kind and not p.negated]
        if reading is None or len(parts) != 1 or parts[0].concept is None:
            continue
        value = facet_value(parts[0].concept, goods)
        if value is not None:
            others = [p for p in reading.parts if p is not parts[0]]
            without = replace(reading, parts=others)
            rows = ranked(without, goods).rows if others else goods.within([])
            said[facet] = QueryFacet(value, rows, _rest(parts[0], reading))
    return said
