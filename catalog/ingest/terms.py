"""The look-up tables that articles.csv refers to, and the products."""

import pandas as pd
import pyarrow as pa
from django.db import connection
from psycopg2.sql import SQL, Identifier

from catalog.ingest import partitions
from catalog.ingest.copying import copy_table
from catalog.models import ProductGroup

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
# Every number (or letter) and the name that should be unique for it.
NAMED = (*TERMS.values(), ("index_code", "index_name"), ("product_type_no", "product_type_name"))


def ambiguous(articles: pd.DataFrame) -> list[str]:
    """Warnings for numbers with several names; the first name in the file is used."""
    warnings = []
    for number, name in NAMED:
        pairs = articles[[number, name]].drop_duplicates()
        for value, names in pairs[pairs.duplicated(number, keep=False)].groupby(number)[name]:
            first, *others = names
            warnings.append(
                f"{number} {value} is named {first!r} and also {', '.join(map(repr, others))}"
            )
    return warnings


def write_terms(articles: pd.DataFrame) -> None:
    """Insert the look-up rows and products that the articles need; existing rows stay."""
    for table, (number, name) in TERMS.items():
        add(table, articles, {number: "id", name: "name"})
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
