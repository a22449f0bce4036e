"""transactions_train.csv: typed columns with integer keys."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from catalog.ingest.cleaning.customers import faults_of
from catalog.ingest.cleaning.outcome import Reasons, Rows, emptied_in, reasons_of, usable
from catalog.ingest.keys.lookup import UNKNOWN, CustomerKeys, KnownKeys
from catalog.ingest.reading import cells
from catalog.ingest.reading.cells import Decoded, decode, distinct

UNKNOWN_CUSTOMER, UNKNOWN_ARTICLE = "unknown customer", "unknown article"


@dataclass(frozen=True)
class Transactions:
    """Usable transactions as arrays of equal length; `days` count from 2000-01-01."""

    rows: Rows
    days: npt.NDArray[np.int32]
    customers: npt.NDArray[np.int32]
    articles: npt.NDArray[np.int32]
    prices: npt.NDArray[np.float64]
    channels: npt.NDArray[np.int16]
    reasons: Reasons
    emptied: Counter[str] = field(default_factory=Counter)


def clean_transactions(table: pa.Table, known: KnownKeys) -> Transactions:
    articles = article_keys(table["article_id"], known.articles)
    columns = [
        decode(table["t_dat"], cells.day, pa.int32()),
        customer_keys(table["customer_id"], known.customers),
        articles,
        with_own_prices(decode(table["price"], cells.price_or_none, pa.float64()), articles, known),
        decode(table["sales_channel_id"], cells.channel, pa.int16()),
    ]
    reasons = reasons_of(columns)
    rows = usable(table.num_rows, reasons)
    days, customer, article, price, channel = (
        column.values.fill_null(0).to_numpy()[column.codes[rows]] for column in columns
    )
    emptied = emptied_in(columns)
    return Transactions(rows, days, customer, article, price, channel, reasons, emptied)


def with_own_prices(prices: Decoded, articles: Decoded, known: KnownKeys) -> Decoded:
    """Prices, with the article's where a sale has none."""
    lacking = prices.values.is_null().to_numpy(zero_copy_only=False)
    lacking[list(prices.errors)] = False
    if not lacking.any():
        return prices
    rows = np.flatnonzero(lacking[prices.codes])
    values = prices.values.fill_null(0).to_numpy()[prices.codes]
    values[rows] = prices_of(articles.values.fill_null(0).to_numpy()[articles.codes[rows]], known)
    still = rows[np.isnan(values[rows])]
    bad = {int(row): prices.errors[int(prices.codes[row])] for row in prices.bad_rows()}
    errors = dict.fromkeys(still.tolist(), "price is empty") | bad
    return Decoded(pa.array(values), np.arange(len(values), dtype=np.int32), errors)


def prices_of(keys: npt.NDArray[np.int32], known: KnownKeys) -> npt.NDArray[np.float64]:
    """The articles' own prices, NaN where they have none."""
    if not len(known.prices):
        return np.full(len(keys), np.nan)
    place, found = places_of(keys, known.articles)
    return np.where(found, known.prices[place], np.nan)


def customer_keys(column: pa.ChunkedArray, customers: CustomerKeys) -> Decoded:
    ids, codes = distinct(column)
    keys = customers.find_ids(ids)
    unknown = np.flatnonzero(keys == UNKNOWN)
    errors = dict.fromkeys(unknown.tolist(), UNKNOWN_CUSTOMER)
    faults = faults_of(ids.take(pa.array(unknown))) if len(unknown) else {}
    errors |= {int(unknown[place]): fault for place, fault in faults.items()}
    return Decoded(pa.array(keys), codes, errors)


def article_keys(column: pa.ChunkedArray, articles: npt.NDArray[np.int32]) -> Decoded:
    ids = decode_ids(column)
    keys = ids.values.fill_null(0).to_numpy()
    unknown = np.flatnonzero(~is_known(keys, articles))
    errors = dict.fromkeys(unknown.tolist(), UNKNOWN_ARTICLE)
    return Decoded(ids.values, ids.codes, errors | ids.errors)


def is_known(keys: npt.NDArray[np.int32], known: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Which keys are in the sorted array of known ones."""
    return places_of(keys, known)[1]


def places_of(
    keys: npt.NDArray[np.int32], known: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Where the keys are in the sorted array of known ones, and whether they are there."""
    if not len(known):
        return np.zeros(len(keys), dtype=np.intp), np.zeros(len(keys), dtype=bool)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return place, np.asarray(known[place] == keys)


def decode_ids(column: pa.ChunkedArray) -> Decoded:
    """Article ids: cast at once if all are plain digits, else parsed one by one."""
    texts, codes = distinct(column)
    try:
        return Decoded(texts.cast(pa.int32()), codes)
    except pa.ArrowInvalid:
        return decode(column, cells.article_key, pa.int32())
