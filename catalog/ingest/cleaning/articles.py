"""articles.csv: an id and a name; every other attribute is read, derived, or unknown.

Look-up tables are keyed by number. A missing number is taken from the same name elsewhere in the
block, or computed from the name, which gives the same number everywhere; a missing name is taken
from the number.
"""

import zlib
from collections.abc import Callable, Iterable
from functools import partial
from itertools import repeat
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from catalog.ingest.cleaning.outcome import Cleaned, cleaned, texts
from catalog.ingest.reading import cells
from catalog.ingest.reading.cells import decode
from catalog.quantities import MAX_KEY

SMALLEST = -1  # H&M's "unknown"
UNKNOWN = "Unknown"
NO_INDEX = "-"
# Ids in H&M's format, nine digits or more, start with the product code.
MIN_WITH_PRODUCT, COLOURS = 10**8, 1000
NO_VALUE = (None, "")
# The numbers of the look-up tables, and their names.
PAIRS = {
    "product_type_no": "product_type_name",
    "graphical_appearance_no": "graphical_appearance_name",
    "colour_group_code": "colour_group_name",
    "perceived_colour_value_id": "perceived_colour_value_name",
    "perceived_colour_master_id": "perceived_colour_master_name",
    "department_no": "department_name",
    "index_group_no": "index_group_name",
    "section_no": "section_name",
    "garment_group_no": "garment_group_name",
}


Columns = dict[str, list[Any]]


def clean_articles(table: pa.Table) -> Cleaned:
    """Lost leading zeros, ids as floats, colour 01 or 1: all become integers."""
    number = partial(cells.whole_or_none, low=SMALLEST, high=MAX_KEY)
    columns = {
        "article_id": decode(table["article_id"], cells.article_key, pa.int32()),
        "product_code": decode(
            table["product_code"], partial(number, name="product_code", low=1), pa.int32(),
            optional=True,
        ),
        "prod_name": texts(table, "prod_name", 200),
        "index_code": texts(table, "index_code", 4),
        "index_name": texts(table, "index_name", 100),
        "product_group_name": texts(table, "product_group_name", 100),
        "detail_desc": texts(table, "detail_desc", 100_000),
    }  # fmt: skip
    for code, name in PAIRS.items():
        columns[code] = decode(table[code], partial(number, name=code), pa.int32(), optional=True)
        columns[name] = texts(table, name, 100)
    found = cleaned(columns, table.num_rows)
    return Cleaned(completed(found.table), found.rows, found.reasons, found.emptied)


def completed(table: pa.Table) -> pa.Table:
    """The table with missing values derived or set to unknown."""
    if not has_gaps(table):
        return table
    columns: Columns = table.to_pydict()
    fill(columns, "index_group_name", columns["index_name"])
    fill(columns, "perceived_colour_master_name", map(main_colour, columns["colour_group_name"]))
    for code, name in PAIRS.items():
        pair(columns, code, name, number_of, SMALLEST)
    pair(columns, "index_code", "index_name", code_of, NO_INDEX)
    fill(columns, "product_group_name", repeat(UNKNOWN))
    fill(columns, "prod_name", columns["product_type_name"])
    fill(columns, "product_code", map(product_of, columns["article_id"]))
    return pa.table(columns, table.schema)


def has_gaps(table: pa.Table) -> bool:
    """Whether anything but a description is missing; hardly any data set's articles have gaps."""
    columns = table.drop_columns(["detail_desc"]).columns
    return any(
        column.null_count
        or (pa.types.is_string(column.type) and pc.any(pc.equal(column, "")).as_py())
        for column in columns
    )


def fill(columns: Columns, name: str, others: Iterable[object]) -> None:
    """Fill a column's empty cells."""
    columns[name] = [
        other if value in NO_VALUE else value
        for value, other in zip(columns[name], others, strict=False)
    ]


def pair(
    columns: Columns, code: str, name: str, made: Callable[[str], object], unknown: object
) -> None:
    """Complete rows where the number, the name or both are missing."""
    pairs = dict.fromkeys(zip(columns[code], columns[name], strict=True))
    codes: dict[str, object] = {}
    names: dict[object, str] = {}
    for value, said in pairs:
        if value not in NO_VALUE and said:
            codes.setdefault(said, value)
            names.setdefault(value, said)

    def complete(value: object, said: str) -> tuple[object, str]:
        if value in NO_VALUE:
            return (codes.get(said) or made(said), said) if said else (unknown, UNKNOWN)
        known = UNKNOWN if value == unknown else str(value)
        return value, said or names.get(value, known)

    whole = {given: complete(*given) for given in pairs}
    given = list(zip(columns[code], columns[name], strict=True))
    columns[code] = [whole[cells][0] for cells in given]
    columns[name] = [whole[cells][1] for cells in given]


def number_of(name: str) -> int:
    """A number computed from the name, the same in every file."""
    return zlib.crc32(name.casefold().encode()) & MAX_KEY


def code_of(name: str) -> str:
    return f"{zlib.crc32(name.casefold().encode()) & 0xFFFF:04x}"


def main_colour(name: str) -> str:
    """The last word: Blue for Dark Blue."""
    return name.rpartition(" ")[2].capitalize()


def product_of(article: int) -> int:
    return article // COLOURS if article >= MIN_WITH_PRODUCT else article
