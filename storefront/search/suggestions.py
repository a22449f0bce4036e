"""Suggestions while somebody types into the search field."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice
from typing import Final

from django.urls import reverse
from django.utils.http import urlencode

from catalog.article_cache import in_order
from catalog.data_version import per_data_version
from catalog.models import Article
from catalog.navigation import menu
from catalog.search.facet_index import FacetIndex, facet_index
from catalog.search.matching import fitting
from catalog.search.ranking import rank
from catalog.search.result import Ranked
from catalog.search.spelling import spelling
from catalog.search.understanding.concepts import LANGUAGES, Concept, Phrase
from catalog.search.understanding.reading import Reading
from catalog.search.understanding.tokens import words
from catalog.search.understanding.vocabulary import stemmed, vocabulary

TERMS: Final = 4
PLACES: Final = 4
PRODUCTS: Final = 4
MIN_LETTERS: Final = 2
PLACED: Final = ("type", "section")
# A search of this many parts is offered for the audiences with most of its results.
MIN_PARTS: Final = 2
SCOPES: Final = 2
# The product suggestions are picked from this many of the best articles.
NEAR: Final = 40
MAX_TRIED: Final = 6


@dataclass(frozen=True)
class Term:
    """`typed` and `rest` are the words: the typed part and its completion."""

    typed: str
    rest: str
    url: str


@dataclass(frozen=True)
class Place:
    """A type or section within an audience, or a search within a type or audience; `count` is its
    number of products."""

    name: str
    within: str
    count: int
    url: str

    def has(self, typed: Sequence[str]) -> bool:
        """Every word is a prefix of a word in the names, at least one in the place's own."""
        own, every = self._words
        begun = [f" {word}" for word in typed]
        return any(word in own for word in begun) and all(word in every for word in begun)

    @cached_property
    def _words(self) -> tuple[str, str]:
        """Of its own name and of both, each after a space: where a word begins is a text search."""
        own = "".join(f" {word}" for word in words(self.name))
        return own, own + "".join(f" {word}" for word in words(self.within))


@dataclass(frozen=True)
class Suggestions:
    terms: Sequence[Term] = ()
    places: Sequence[Place] = ()
    products: Sequence[Article] = ()

    def __bool__(self) -> bool:
        return bool(self.terms or self.places or self.products)


def suggest(typed: str) -> Suggestions:
    """The last of the typed words may be incomplete, and any of them misspelt."""
    if len("".join(words(typed))) < MIN_LETTERS:
        return Suggestions()
    goods = facet_index()
    ranks = cache(lambda text: rank(text, goods))
    terms = _terms(typed, goods, ranks)
    likely = [term.typed + term.rest for term in terms[:1]]
    # An incomplete word is searched for as its likeliest completion.
    finished = vocabulary().meanings(words(typed)[-1:])
    for tried in (typed, *likely) if finished else (*likely, typed):
        if _finds(found := ranks(tried)):
            placed = [*_scopes(found, goods), *_near(tried)][:PLACES]
            return Suggestions(terms, placed, _products(found, goods))
    return Suggestions(terms)


def _terms(typed: str, goods: FacetIndex, ranks: Callable[[str], Ranked]) -> list[Term]:
    """The words with the likeliest completions of the last one that have results."""
    start, last = _split(typed)
    reading = ranks(typed).reading
    language = _language(last, ranks(start).reading if start else None) if last else "en"
    naming = vocabulary().begun(last, language) if last else []
    # Best-selling of a kind first, types before all others.
    ordered = sorted(naming[:MAX_TRIED], key=lambda n: (n[1].kind != "type", -_sold(n[1], goods)))
    finished = [word for word, _concept in ordered]
    completed = spelling(goods, vocabulary()).completed(last, TERMS) if last else []
    finished += [word for word in completed if _fits(word, language)]
    begun = f"{start} {last}".strip()
    terms = [_term(begun, word[len(last) :]) for word in _distinct(finished[:MAX_TRIED])]
    finding = (term for term in terms if term.rest and _finds(ranks(term.typed + term.rest)))
    found = list(islice(finding, TERMS))
    if not found and reading is not None and reading.corrected:
        return [_term("", reading.text)]
    return found


def _language(last: str, before: Reading | None) -> str:
    """Of the words before the last one; a prefix alone is English if it can be."""
    if before is not None:
        return before.language
    return next((name for name in LANGUAGES if vocabulary().begun(last, name)), "en")


def _fits(word: str, language: str) -> bool:
    """Whether a completion says something in the language or English, or is in no vocabulary."""
    known = vocabulary().exact.get((word,), ())
    meaningful = any(m.concept is not None and m.language in (language, "en") for m in known)
    return meaningful or not known


def _distinct(found: Iterable[str]) -> list[str]:
    """One of “sneaker” and “sneakers”, the first."""
    first: dict[Phrase, str] = {}
    for word in found:
        first.setdefault(stemmed((word,), "en"), word)
    return list(first.values())


def _sold(concept: Concept, goods: FacetIndex) -> float:
    """Recent sales of the articles that match a concept."""
    return float(goods.of("units_recent") @ fitting(concept, goods))


def _split(typed: str) -> tuple[str, str]:
    before, _, last = typed.rpartition(" ")
    own = words(last)
    return before, own[-1] if own else ""


def _finds(found: Ranked) -> bool:
    return not found.dropped and bool(found.rows.any())


def _near(typed: str) -> list[Place]:
    """The places with these words in their names, filler words ("in shoes") aside."""
    noise, own = vocabulary().roles["noise"], words(typed)
    said = [word for word in own[:-1] if (word,) not in noise] + list(own[-1:])
    return [place for place in places() if place.has(said)]


def _scopes(found: Ranked, goods: FacetIndex) -> list[Place]:
    """The types with the most results if the query names none, else the audiences."""
    reading = found.reading
    key = _scope(reading) if reading else None
    if reading is None or key is None:
        return []
    facet = next(facet for facet in goods.facets if facet.key == key)
    address = _search(reading.text)
    return [
        Place(reading.text, option.name, option.count, f"{address}&{key}={option.value}")
        for option in goods.options(facet, found.rows, {})[:SCOPES]
    ]


def _scope(reading: Reading) -> str | None:
    """The facet that narrows the query next."""
    if reading.parts and not reading.of("type"):
        return "type"
    narrows = len(reading.parts) >= MIN_PARTS and not reading.of("audience")
    return "index_group" if narrows else None


def _products(found: Ranked, goods: FacetIndex) -> list[Article]:
    best = goods.listed(goods.by_score(found.rows, found.score)[:NEAR])[:PRODUCTS]
    return in_order(best)


def _term(typed: str, rest: str) -> Term:
    return Term(typed, rest, _search(typed + rest))


def _search(words: str) -> str:
    return f"{reverse('search')}?{urlencode({'q': words})}"


@per_data_version()
def places() -> list[Place]:
    """Most products first."""
    goods = facet_index()
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
