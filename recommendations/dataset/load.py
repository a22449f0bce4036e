"""Reads the training data from PostgreSQL."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from catalog.columns import copy, copy_columns
from catalog.period import data_period, month_ranges
from recommendations.dataset.inputs import (
    ATTRIBUTES,
    LABELS,
    TEXTS,
    Inputs,
    Ints,
    Progress,
    Sales,
    find,
)
from recommendations.dataset.memory import give_back
from streaming.identity.tombstones import erased_customers
from web.arrays import Array, Arrays

ARTICLES = """
SELECT a.id AS article, a.product_id AS product, a.product_type_id AS product_type,
    a.garment_group_id AS garment_group, i.group_id AS index_group, a.section_id AS section,
    a.department_id AS department, a.colour_id AS colour, a.colour_master_id AS colour_master,
    a.colour_value_id AS colour_value, a.appearance_id AS appearance, a.name, a.description,
    g.name AS index_group_name, i.name AS index_name, s.name AS section_name,
    d.name AS department_name
FROM catalog_article a JOIN catalog_index i ON i.id = a.index_id
    JOIN catalog_indexgroup g ON g.id = i.group_id JOIN catalog_section s ON s.id = a.section_id
    JOIN catalog_department d ON d.id = a.department_id ORDER BY a.id
"""
AGES = "SELECT id, age::integer FROM catalog_customer WHERE age IS NOT NULL ORDER BY id"
AGE_COLUMNS = {"customer": ">i4", "age": ">i4"}
# A fixed order, so that the same sales give a bit-identical bundle.
SALES = """
SELECT t_dat - date '1970-01-01', customer_id, article_id, price::real, sales_channel::integer
FROM catalog_transaction WHERE t_dat BETWEEN '{}' AND '{}' ORDER BY t_dat, id
"""
SALE_COLUMNS = {
    "day": ">i4",
    "customer": ">i4",
    "article": ">i4",
    "price": ">f4",
    "channel": ">i4",
}

# What is made of a part's sales while they are counted takes some 100 bytes each.
SALES_PER_PART: Final = 2_000_000

Columns = Mapping[str, Array]


class NothingToTrainOnError(Exception):
    """The catalogue is empty."""


def load_inputs(as_of: date | None, today: date, progress: Progress) -> Inputs:
    """Articles, and the sales up to and including `as_of` (by default the last day, else today).

    Raise NothingToTrainOnError when there is no article.
    """
    articles = load_articles()
    if articles.empty:
        raise NothingToTrainOnError("there is no article to train on: run ingest_hm first")
    progress(f"{len(articles):,} articles")
    period = data_period()
    until = as_of or (period.last if period else today)
    months = month_ranges(min(period.first, until) if period else until, until)
    keys = articles["article"].to_numpy(np.int32)
    return Inputs(articles, load_sales(months, keys, progress), until)


def load_articles() -> pd.DataFrame:
    """One row per article, sorted by key, with ATTRIBUTES as numbers, TEXTS and LABELS."""
    text = copy(f"COPY ({ARTICLES}) TO STDOUT (FORMAT csv, HEADER)")
    numbers = dict.fromkeys(("article", *ATTRIBUTES), "int32")
    words = dict.fromkeys((*TEXTS, *LABELS), "str")
    return pd.read_csv(text, dtype=numbers | words, keep_default_na=False)


def load_sales(
    months: Iterator[tuple[date, date]], articles: Ints, progress: Progress
) -> list[Sales]:
    """Sales in parts; those of articles not in `articles` are left out.

    Memory holds one month in PostgreSQL's format (42 bytes a row) and 40 bytes for every sale.
    """
    erased = np.array(sorted(erased_customers()), np.int32)
    ages = copy_columns(AGES, AGE_COLUMNS)
    read: dict[str, list[Array]] = {}
    for first, last in months:
        month = without_erased(copy_columns(SALES.format(first, last), SALE_COLUMNS), erased)
        sales = sales_of(month, articles, ages)
        for name, column in vars(sales).items():
            read.setdefault(name, []).append(column)
        progress(f"{len(sales):,} sales of {first:%B %Y}")
    return in_parts(read)


def without_erased(month: Arrays, erased: Ints) -> Arrays:
    """The sales without those of erased customers, whose history no bundle holds."""
    if len(erased) == 0:
        return month
    kept = ~np.isin(month["customer"], erased)
    return {name: values[kept] for name, values in month.items()}


def sales_of(columns: Columns, articles: Ints, ages: Columns) -> Sales:
    row = find(articles, columns["article"])
    place = find(ages["customer"], columns["customer"])
    sales = Sales(
        day=columns["day"],
        customer=columns["customer"],
        row=row,
        age=np.append(ages["age"], np.int32(-1))[place],
        price=columns["price"],
        channel=columns["channel"],
    )
    known = row >= 0
    return sales if known.all() else sales.where(known)


def in_parts(months: dict[str, list[Array]]) -> list[Sales]:
    """The sales of all months by ranges of customers, of SALES_PER_PART on average. The columns are
    taken out of `months` one by one, so that memory doesn't hold all sales twice."""
    part = part_of(np.concatenate(months["customer"]))
    # A stable sort keeps each part in the order of days.
    order = part.argsort(kind="stable")
    columns = {}
    for name in list(months):
        columns[name] = np.concatenate(months.pop(name))[order]
        give_back()
    ends = np.bincount(part, minlength=1).cumsum().tolist()
    return [
        Sales(**columns).where(slice(start, end))
        for start, end in zip([0, *ends], ends, strict=False)
    ]


def part_of(customer: Ints) -> npt.NDArray[np.int16]:
    """The number of each sale's part."""
    count = max(1, -(-len(customer) // SALES_PER_PART))
    share = customer.astype(np.int64) * count // (int(customer.max(initial=0)) + 1)
    return share.astype(np.int16)
