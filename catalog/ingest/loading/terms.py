"""The look-up tables that articles.csv refers to, and the products."""

import pandas as pd
import pyarrow as pa
from django.db import connection
from psycopg2.sql import SQL, Identifier

from catalog.ingest import partitions
from catalog.ingest.cleaning.articles import PAIRS
from catalog.ingest.loading.copying import copy_table
from catalog.models import ProductGroup

# The look-up table that a number of articles.csv and its name go to.
TERMS = {
    "graphical_appearance_no": "catalog_appearance",
    "colour_group_code": "catalog_colour",
    "perceived_colour_value_id": "catalog_colourvalue",
    "perceived_colour_master_id": "catalog_colourmaster",
    "department_no": "catalog_department",
    "index_group_no": "catalog_indexgroup",
    "section_no": "catalog_section",
    "garment_group_no": "catalog_garmentgroup",
}


def ambiguous(articles: pd.DataFrame) -> list[str]:
    """Warnings for numbers with several names; the first name in the file is used."""
    warnings = []
    for number, name in (*PAIRS.items(), ("index_code", "index_name")):
        pairs = articles[[number, name]].drop_duplicates()
        for value, names in pairs[pairs.duplicated(number, keep=False)].groupby(number)[name]:
            first, *others = names
            warnings.append(
                f"{number} {value} is named {first!r} and also {', '.join(map(repr, others))}"
            )
    return warnings


def write_terms(articles: pd.DataFrame) -> None:
    """Insert the look-up rows and products that the articles need; existing rows stay."""
    for number, table in TERMS.items():
        add(table, articles, {number: "id", PAIRS[number]: "name"})
    add(
        "catalog_index",
        articles,
        {"index_code": "id", "index_name": "name", "index_group_no": "group_id"},
    )
    groups = number_groups(articles["product_group_name"])
    add(
        "catalog_producttype",
        articles.assign(group=articles["product_group_name"].map(groups)),
        {"product_type_no": "id", "product_type_name": "name", "group": "group_id"},
    )
    add("catalog_product", articles, {"product_code": "id"})


def number_groups(names: "pd.Series[str]") -> dict[str, int]:
    """Product groups have no number in the files; new ones are numbered in order of name."""
    numbers = dict(ProductGroup.objects.values_list("name", "pk"))
    after = max(numbers.values(), default=0) + 1
    new = {name: after + at for at, name in enumerate(sorted(set(names) - set(numbers)))}
    copy_table("catalog_productgroup", pa.table({"id": list(new.values()), "name": list(new)}))
    sequence = "pg_get_serial_sequence('catalog_productgroup', 'id')"
    partitions.execute(f"SELECT setval({sequence}, {after + len(new)}, false)")
    return numbers | new


def add(target: str, articles: pd.DataFrame, columns: dict[str, str]) -> None:
    """Insert the look-up rows whose first column isn't in the table yet."""
    frame = articles[list(columns)].drop_duplicates(next(iter(columns))).rename(columns=columns)
    incoming = f"incoming_{target}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {incoming} (LIKE {target}) ON COMMIT DROP")
        copy_table(incoming, pa.Table.from_pandas(frame, preserve_index=False))
        insert = SQL("INSERT INTO {} SELECT * FROM {} ON CONFLICT DO NOTHING")
        cursor.execute(insert.format(Identifier(target), Identifier(incoming)))
