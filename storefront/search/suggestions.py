"""What somebody who is typing into the search field may be looking for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.http import urlencode

from catalog.data_version import per_data_version
from catalog.models import Article
from catalog.navigation import menu
from catalog.search.facet_index import assortment
from catalog.search.lexicon import WORD, lexicon

TERMS: Final = 5
PLACES: Final = 4
PRODUCTS: Final = 4
LEAST_LETTERS: Final = 2
PLACED: Final = ("type", "section")


@dataclass(frozen=True)
class Term:
    """`typed` and `rest` are the words: what stands already and what is added."""

    typed: str
    rest: str
    url: str


@dataclass(frozen=True)
class Place:
    """A type or section of one audience; `count` is its number of products."""

    name: str
    audience: str
    count: int
    url: str

    def has(self, words: Sequence[str]) -> bool:
        """Every word begins one of the name's or the audience's, and one begins the name's."""
        own = WORD.findall(self.name.lower())
        every = own + WORD.findall(self.audience.lower())
        return any(_begins(own, word) for word in words) and all(_begins(every, w) for w in words)


@dataclass(frozen=True)
class Suggestions:
    terms: Sequence[Term] = ()
    places: Sequence[Place] = ()
    products: Sequence[Article] = ()

    def __bool__(self) -> bool:
        return bool(self.terms or self.places or self.products)


def suggest(typed: str) -> Suggestions:
    """Of the words typed the last may be unfinished, and any of them mistyped."""
    words = WORD.findall(typed.lower())
    if sum(map(len, words)) < LEAST_LETTERS:
        return Suggestions()
    terms = _terms(words)
    # What finds nothing as it stands is looked for as the first of the terms.
    for tried in (words, WORD.findall(terms[0].typed + terms[0].rest) if terms else []):
        near = [place for place in places() if tried and place.has(tried)][:PLACES]
        products = lexicon().named(tried, PRODUCTS) if tried else []
        if near or products:
            articles = Article.objects.for_cards().in_order_of(products)
            return Suggestions(terms, near, list(articles))
    return Suggestions(terms)


def _terms(words: Sequence[str]) -> list[Term]:
    known = lexicon()
    *before, last = words
    meant = [word if word in known.articles else known.meant(word) for word in before]
    start = " ".join(meant)
    begun = f"{start} {last}".strip()
    completed = known.completed(last, TERMS)
    if completed:
        return [_term(begun, word[len(last) :]) for word in completed]
    whole = f"{start} {known.meant(last)}".strip()
    return [_term("", whole)] if whole != " ".join(words) else []


def _term(typed: str, rest: str) -> Term:
    return Term(typed, rest, _search(typed + rest))


def _search(words: str) -> str:
    return f"{reverse('search')}?{urlencode({'q': words})}"


@per_data_version()
def places() -> list[Place]:
    """Most products first."""
    goods = assortment()
    found = []
    for audience in menu():
        rows = goods.within([audience.pk])
        home = reverse("listing", args=[audience])
        for facet in goods.facets:
            if facet.key in PLACED:
                found += [
                    Place(o.name, audience.name, o.count, f"{home}?{facet.key}={o.value}")
                    for o in goods.options(facet, rows, {})
                ]
    return sorted(found, key=lambda place: -place.count)


def _begins(words: Sequence[str], beginning: str) -> bool:
    return any(word.startswith(beginning) for word in words)
