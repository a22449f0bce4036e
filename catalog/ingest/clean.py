"""Cleaning and validation of whole columns. Pure: a block of string columns in, typed columns out.

Each function gives the usable rows and, for every other row, the first reason against it.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalog.ingest import cells
from catalog.ingest.cells import MAX_KEY, Decoded, decode
from catalog.ingest.keys import HEX_DIGITS, UNKNOWN, CustomerKeys, pack

HEX = f"^[0-9a-f]{{{HEX_DIGITS}}}$"
SMALLEST = -1  # H&M's "unknown"
Rows = npt.NDArray[np.intp]
Reasons = dict[int, str]

ARTICLE_NUMBERS = (
    "product_type_no", "graphical_appearance_no", "colour_group_code",
    "perceived_colour_value_id", "perceived_colour_master_id", "department_no", "index_group_no",
    "section_no", "garment_group_no",
)  # fmt: skip
ARTICLE_NAMES = (
    "product_type_name", "product_group_name", "graphical_appearance_name", "colour_group_name",
    "perceived_colour_value_name", "perceived_colour_master_name", "department_name",
    "index_name", "index_group_name", "section_name", "garment_group_name",
)  # fmt: skip


@dataclass(frozen=True)
class Cleaned:
    """`table` holds the usable rows, which stood at `rows` of the block; `reasons` the others'."""

    table: pa.Table
    rows: Rows
    reasons: Reasons


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


def clean_articles(table: pa.Table) -> Cleaned:
    """Lost leading zeros, ids as floats, colour 01 or 1: all become whole numbers."""
    number = partial(cells.whole, low=SMALLEST, high=MAX_KEY)
    columns = {
        "article_id": decode(table["article_id"], cells.article_key, pa.int32()),
        "product_code": decode(
            table["product_code"], partial(number, name="product_code", low=1), pa.int32()
        ),
        "prod_name": texts(table, "prod_name", 200, required=True),
        "index_code": texts(table, "index_code", 4, required=True),
        "detail_desc": texts(table, "detail_desc", 100_000),
    }
    for name in ARTICLE_NUMBERS:
        columns[name] = decode(table[name], partial(number, name=name), pa.int32())
    for name in ARTICLE_NAMES:
        columns[name] = texts(table, name, 100, required=True)
    return cleaned(columns, table.num_rows)


def clean_customers(table: pa.Table) -> Cleaned:
    """Every attribute may be empty: buyers of whom nothing is known are customers too."""
    columns = {
        "customer_id": hex_ids(table["customer_id"]),
        "FN": decode(table["FN"], partial(cells.flag, name="FN"), pa.bool_()),
        "Active": decode(table["Active"], partial(cells.flag, name="Active"), pa.bool_()),
        "club_member_status": texts(table, "club_member_status", 20),
        "fashion_news_frequency": decode(table["fashion_news_frequency"], cells.news, pa.string()),
        "age": decode(
            table["age"], partial(cells.whole_or_none, name="age", low=0, high=120), pa.int16()
        ),
        "postal_code": texts(table, "postal_code", 64),
    }
    return cleaned(columns, table.num_rows)


def clean_transactions(
    table: pa.Table, customers: CustomerKeys, articles: npt.NDArray[np.int32]
) -> Transactions:
    """Typed columns with integer keys. `articles` are the known article keys, sorted."""
    columns = [
        decode(table["t_dat"], cells.day, pa.int32()),
        customer_keys(table["customer_id"], customers),
        article_keys(table["article_id"], articles),
        decode(table["price"], cells.price, pa.float64()),
        decode(table["sales_channel_id"], cells.channel, pa.int16()),
    ]
    reasons = reasons_of(columns)
    rows = usable(table.num_rows, reasons)
    days, customer, article, price, channel = (
        column.values.fill_null(0).to_numpy()[column.codes[rows]] for column in columns
    )
    return Transactions(rows, days, customer, article, price, channel, reasons)


def texts(table: pa.Table, name: str, longest: int, *, required: bool = False) -> Decoded:
    parse = partial(cells.words, name=name, longest=longest, required=required)
    return decode(table[name], parse, pa.string())


def hex_ids(column: pa.ChunkedArray) -> Decoded:
    """Customer ids in lower case; a column of its own kind, for nearly all its texts differ."""
    texts, codes = cells.distinct(column)
    tidy = pc.ascii_lower(pc.utf8_trim_whitespace(texts))
    wrong = np.flatnonzero(~pc.match_substring_regex(tidy, HEX).to_numpy(zero_copy_only=False))
    return Decoded(
        tidy, codes, dict.fromkeys(wrong.tolist(), "customer_id is not 64 hexadecimal digits")
    )


def customer_keys(column: pa.ChunkedArray, customers: CustomerKeys) -> Decoded:
    ids = hex_ids(column)
    keys = np.full(len(ids.values), UNKNOWN, dtype=np.int32)
    good = np.setdiff1d(np.arange(len(keys)), list(ids.errors))
    keys[good] = customers.find(pack(ids.values.take(pa.array(good))))
    errors = dict.fromkeys(np.flatnonzero(keys == UNKNOWN).tolist(), "unknown customer")
    return Decoded(pa.array(keys), ids.codes, errors | ids.errors)


def article_keys(column: pa.ChunkedArray, articles: npt.NDArray[np.int32]) -> Decoded:
    ids = decode_ids(column)
    keys = ids.values.fill_null(0).to_numpy()
    unknown = np.flatnonzero(~among(keys, articles))
    errors = dict.fromkeys(unknown.tolist(), "unknown article")
    return Decoded(ids.values, ids.codes, errors | ids.errors)


def among(keys: npt.NDArray[np.int32], known: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Which keys are in the sorted array of known ones."""
    if not len(known):
        return np.zeros(len(keys), dtype=bool)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.asarray(known[place] == keys)


def decode_ids(column: pa.ChunkedArray) -> Decoded:
    """Article ids: at once when all are plain digits, else one by one."""
    texts, codes = cells.distinct(column)
    try:
        return Decoded(texts.cast(pa.int32()), codes)
    except pa.ArrowInvalid:
        return decode(column, cells.article_key, pa.int32())


def cleaned(columns: dict[str, Decoded], length: int) -> Cleaned:
    reasons = reasons_of(list(columns.values()))
    rows = usable(length, reasons)
    table = pa.table({name: column.column() for name, column in columns.items()})
    return Cleaned(table.take(rows) if reasons else table, rows, reasons)


def reasons_of(columns: list[Decoded]) -> Reasons:
    """The first reason against each unusable row, by the order of the columns."""
    reasons: Reasons = {}
    for column in columns:
        for row in column.bad_rows().tolist():
            reasons.setdefault(row, column.errors[int(column.codes[row])])
    return reasons


def usable(length: int, reasons: Reasons) -> Rows:
    keep = np.ones(length, dtype=bool)
    keep[list(reasons)] = False
    return np.flatnonzero(keep)
