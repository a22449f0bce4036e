"""Synonyms that operators added to the vocabulary."""

from collections.abc import Mapping
from typing import Final

from catalog.models import SearchSynonym
from catalog.search.understanding.concepts import Phrase
from catalog.search.understanding.tokens import words
from web.cache import TTLCache

MAX_SYNONYMS: Final = 5_000


def synonyms() -> Mapping[Phrase, Phrase]:
    """Cached for a second."""
    return _current.get()


def _read() -> dict[Phrase, Phrase]:
    pairs = SearchSynonym.objects.values_list("words", "means")[:MAX_SYNONYMS]
    return {words(typed): words(means) for typed, means in pairs}


_current: Final[TTLCache[Mapping[Phrase, Phrase]]] = TTLCache(_read, {})
