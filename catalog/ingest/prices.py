"""What sales may refer to, and prices for sales files without a price column."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from catalog.ingest.cleaning.transactions import decode_ids, places_of
from catalog.ingest.derive import AMOUNT_WITHOUT_SALES
from catalog.ingest.keys.lookup import KnownKeys
from catalog.ingest.reading import cells
from catalog.ingest.reading.columns import ARTICLES, SALES
from catalog.ingest.reading.source import Source
from catalog.money import price

BLOCK_BYTES = 16 << 20


def with_prices(known: KnownKeys, sources: Mapping[str, Source]) -> KnownKeys:
    """Add prices from articles.csv if it has them, or default prices if no file has any."""
    articles, sales = sources.get(ARTICLES), sources[SALES]
    if articles is not None and "price" in articles.header:
        return replace(known, prices=prices_in(articles, known.articles))
    if "price" in sales.header:
        return known
    # No file has prices: use the default for articles without sales.
    return replace(known, prices=np.full(len(known.articles), price(AMOUNT_WITHOUT_SALES)))


def prices_in(source: Source, articles: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """The price column of articles.csv, in the order of `articles`; NaN if missing."""
    prices = np.full(len(articles), np.nan)
    for records in source.read(source.start, BLOCK_BYTES):
        ids = decode_ids(records.table["article_id"])
        found = cells.decode(records.table["price"], cells.price_or_none, pa.float64())
        keys = ids.values.fill_null(0).to_numpy()[ids.codes]
        values = found.values.fill_null(np.nan).to_numpy()[found.codes]
        place, fits = places_of(keys, articles)
        prices[place[fits]] = values[fits]
    return prices
