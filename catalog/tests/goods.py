"""A facet index made of test rows, without a database."""

from collections.abc import Sequence

import numpy as np

from catalog.search.facet_index import NAMED, FacetIndex
from catalog.search.text_index import DESCRIPTION, NAME, text_index
from web.json_types import Json

COLUMN = {key: column for key, (column, _model) in NAMED.items()}


def goods_of(rows: Sequence[Json]) -> FacetIndex:
    """Each row gives the vocabulary's columns (types="Dress"), name, description, price (in money),
    units, pictured."""
    names: dict[str, dict[int, str]] = {}
    columns: Json = {
        "article": np.arange(1, len(rows) + 1, dtype=np.int32),
        "product": np.arange(1, len(rows) + 1, dtype=np.int32),
        "price": np.array([row.get("price", 20) / 590 for row in rows]),
        "units_recent": np.array([row.get("units", 0) for row in rows], np.int32),
        "pictured": np.array([row.get("pictured", 0) for row in rows], np.int32),
    }
    for key, column in COLUMN.items():
        terms = sorted({row.get(key, "Unknown") for row in rows})
        names[key] = dict(enumerate(terms, 1))
        columns[column] = np.array([terms.index(row.get(key, "Unknown")) + 1 for row in rows])
    own = {
        NAME: [row.get("name", "") for row in rows],
        DESCRIPTION: [row.get("description", "") for row in rows],
    }
    terms_by_key = {key: (columns[column], names[key]) for key, column in COLUMN.items()}
    return FacetIndex(columns, [], names, text_index(own, terms_by_key))
