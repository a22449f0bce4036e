"""Articles with their look-up tables, and customers: read whole, one transaction each."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, transaction

from catalog.ingest import partitions
from catalog.ingest.clean import Cleaned, clean_articles, clean_customers
from catalog.ingest.copying import copy_table
from catalog.ingest.derive import VECTOR
from catalog.ingest.job import Job
from catalog.ingest.keys import first_occurrences, pack
from catalog.ingest.records import Position, Reject, quoted
from catalog.models import Article

Firsts = Callable[[pa.Array], npt.NDArray[np.intp]]

# table: (number, name) columns of articles.csv
TERMS = {
    "catalog_appearance": ("graphical_appearance_no", "graphical_appearance_name"),
    "catalog_colour": ("colour_group_code", "colour_group_name"),
    "catalog_colourvalue": ("perceived_colour_value_id", "perceived_colour_value_name"),
    "catalog_colourmaster": ("perceived_colour_master_id", "perceived_colour_master_name"),
    "catalog_department": ("department_no", "department_name"),
    "catalog_indexgroup": ("index_group_no", "index_group_name"),
    "catalog_section": ("section_no", "section_name"),
    "catalog_garmentgroup": ("garment_group_no", "garment_group_name"),
}
ARTICLE = {
    "article_id": "id",
    "product_code": "product_id",
    "prod_name": "name",
    "detail_desc": "description",
    "product_type_no": "product_type_id",
    "graphical_appearance_no": "appearance_id",
    "colour_group_code": "colour_id",
    "perceived_colour_value_id": "colour_value_id",
    "perceived_colour_master_id": "colour_master_id",
    "department_no": "department_id",
    "index_code": "index_id",
    "section_no": "section_id",
    "garment_group_no": "garment_group_id",
}


@dataclass(frozen=True)
class Dimension:
    """A whole file's usable rows; `numbers` are their places among all rows of the file."""

    table: pa.Table
    numbers: npt.NDArray[np.int64]
    rejects: list[Reject]
    end: Position


def load_articles(job: Job) -> None:
    """Articles, products and look-up tables, in one transaction with the checkpoint."""
    found = read_dimension(
        job,
        "articles",
        clean_articles,
        "article_id",
        lambda keys: np.sort(np.unique(keys.to_numpy(), return_index=True)[1]),
    )
    with job.phases.phase("catalogue"), transaction.atomic():
        write_terms(found.table.drop_columns(["prod_name", "detail_desc"]).to_pandas())
        write_articles(found.table)
        job.checkpoint("articles", found.end, found.rejects, done=True)


def load_customers(job: Job) -> None:
    """Customers, whose key is their place in the file, in one transaction with the checkpoint."""
    found = read_dimension(
        job, "customers", clean_customers, "customer_id", lambda ids: first_occurrences(pack(ids))
    )
    table = found.table.rename_columns([name.lower() for name in found.table.column_names])
    with job.phases.phase("customer keys"), transaction.atomic():
        copy_table("catalog_customer", table.add_column(0, "id", [found.numbers]))
        job.checkpoint("customers", found.end, found.rejects, done=True)


def read_dimension(
    job: Job, name: str, clean: Callable[[pa.Table], Cleaned], key: str, firsts: Firsts
) -> Dimension:
    """Read and clean a file. Of rows with the same key the first stands."""
    tables, lines, numbers, rejects = [], [], [], []
    with job.reading(name) as (blocks, show):
        for records in blocks:
            cleaned = clean(records.table)
            tables.append(cleaned.table)
            lines.append(records.lines[cleaned.rows])
            numbers.append(records.numbers[cleaned.rows])
            rejects += records.malformed
            rejects += [records.reject(row, why) for row, why in cleaned.reasons.items()]
            show(records.end)
    table, line = pa.concat_tables(tables), np.concatenate(lines)
    first = firsts(table[key].combine_chunks())
    rejects += duplicates(table, line, np.setdiff1d(np.arange(len(line)), first), key)
    rejects.sort(key=lambda reject: reject.line)
    return Dimension(table.take(first), np.concatenate(numbers)[first], rejects, records.end)


def duplicates(
    table: pa.Table, lines: npt.NDArray[np.int64], rows: npt.NDArray[np.intp], key: str
) -> list[Reject]:
    """Rejects for repeated keys, showing the row as cleaned."""
    return [
        Reject(int(lines[row]), f"{key} stands in an earlier row", text)
        for row, text in zip(
            rows.tolist(), map(row_text, table.take(rows).to_pylist()), strict=True
        )
    ]


def row_text(row: dict[str, object]) -> str:
    return ",".join(quoted("" if value is None else str(value)) for value in row.values())


def write_articles(found: pa.Table) -> None:
    """The articles with their search vectors; the text indexes are made anew, 20 times as fast."""
    text_indexes = [index for index in Article._meta.indexes if isinstance(index, GinIndex)]
    columns = ", ".join(ARTICLE.values())
    with connection.schema_editor() as schema, connection.cursor() as cursor:
        for index in text_indexes:
            schema.remove_index(Article, index)
        cursor.execute("CREATE TEMP TABLE incoming (LIKE catalog_article) ON COMMIT DROP")
        copy_table("incoming", found.select(list(ARTICLE)).rename_columns(list(ARTICLE.values())))
        cursor.execute(
            f"INSERT INTO catalog_article ({columns}, search) "  # noqa: S608
            f"SELECT {columns}, ({VECTOR}) FROM incoming a"
        )
        # The foreign keys are checked now: no index is built on a table with checks to come.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for index in text_indexes:
            schema.add_index(Article, index)


def write_terms(articles: pd.DataFrame) -> None:
    """The look-up tables and products that the articles name; a number's first name stands.

    Product groups have no number in the files; they get theirs in the order of their names.
    """
    for table, (number, name) in TERMS.items():
        write_frame(table, articles, {number: "id", name: "name"})
    write_frame(
        "catalog_index",
        articles,
        {"index_code": "id", "index_name": "name", "index_group_no": "group_id"},
    )
    groups = sorted(articles["product_group_name"].unique())
    numbers = range(1, len(groups) + 1)
    copy_table("catalog_productgroup", pa.table({"id": list(numbers), "name": groups}))
    sequence = "pg_get_serial_sequence('catalog_productgroup', 'id')"
    partitions.execute(f"SELECT setval({sequence}, {len(groups) + 1}, false)")
    write_frame(
        "catalog_producttype",
        articles.assign(
            group=articles["product_group_name"].map(dict(zip(groups, numbers, strict=True)))
        ),
        {"product_type_no": "id", "product_type_name": "name", "group": "group_id"},
    )
    write_frame("catalog_product", articles, {"product_code": "id"})


def write_frame(target: str, articles: pd.DataFrame, columns: dict[str, str]) -> None:
    frame = articles[list(columns)].drop_duplicates(next(iter(columns))).rename(columns=columns)
    copy_table(target, pa.Table.from_pandas(frame, preserve_index=False))
