"""Learning from clicks: results that shoppers open for a frequent query move up, within a bound."""

from typing import Final

import numpy as np
from django.conf import settings

from catalog.models import SearchClick
from catalog.search.facet_index import FacetIndex, Floats
from catalog.search.understanding.tokens import words

# A query searched for less often has too few clicks to go by.
MIN_SEARCHES: Final = 50
# The most that clicks add to a score: less than sales, and far less than any part of the query.
MOST: Final = 0.1
# Added to the most clicks on one product, so that a handful of clicks moves little.
PRIOR: Final = 5
PRODUCTS: Final = 50
MAX_WORDS: Final = 120


def query_words(typed: str) -> str:
    """The form in which queries are counted: words in lower case, without accents."""
    own = (word for word in words(typed) if word.isalnum())
    return " ".join(own)[:MAX_WORDS].strip()


def clicked(typed: str, goods: FacetIndex) -> Floats | float:
    """For each row, 0 to MOST by its product's share of the clicks on a frequent query. The
    setting SEARCH_CLICKS switches it off, to compare."""
    if not settings.SEARCH_CLICKS:
        return 0.0
    rows = SearchClick.objects.filter(
        query__words=query_words(typed), query__searches__gte=MIN_SEARCHES
    )
    counts = dict(rows.order_by("-clicks").values_list("product", "clicks")[:PRODUCTS])
    if not counts:
        return 0.0
    most = max(counts.values())
    products = np.array(sorted(counts))
    share = np.array([counts[p] for p in products.tolist()]) / (most + PRIOR)
    own = goods.of("product")
    at = np.searchsorted(products, own).clip(max=len(products) - 1)
    return np.where(products[at] == own, MOST * share[at], 0.0)
