"""A tiny hand-made data set in the Kaggle format, for tests.

    write_hm(folder, transactions=[{"t_dat": "2020-09-01"}, {"price": "-1"}])

Each row is a dict with the values that matter to the test; the rest are the defaults below. By
default there are three articles, three customers and no transactions.
"""

import csv
import gzip
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

Row = Mapping[str, object]

ARTICLE: dict[str, str] = {
    "article_id": "0900001001",
    "product_code": "",
    "prod_name": "Everyday shirt",
    "product_type_no": "301",
    "product_type_name": "Shirt",
    "product_group_name": "Tops",
    "graphical_appearance_no": "11",
    "graphical_appearance_name": "Plain",
    "colour_group_code": "01",
    "colour_group_name": "Ink",
    "perceived_colour_value_id": "4",
    "perceived_colour_value_name": "Deep",
    "perceived_colour_master_id": "5",
    "perceived_colour_master_name": "Blue",
    "department_no": "5001",
    "department_name": "Shirts",
    "index_code": "W",
    "index_name": "Women",
    "index_group_no": "1",
    "index_group_name": "Women",
    "section_no": "61",
    "section_name": "Women Daily",
    "garment_group_no": "7001",
    "garment_group_name": "Shirts and blouses",
    "detail_desc": "A plain shirt, for every day.",
}
CUSTOMER: dict[str, str] = {
    "customer_id": "",
    "FN": "",
    "Active": "",
    "club_member_status": "ACTIVE",
    "fashion_news_frequency": "NONE",
    "age": "49",
    "postal_code": "ab" * 32,
}
TRANSACTION: dict[str, str] = {
    "t_dat": "2020-09-01",
    "customer_id": "",
    "article_id": "0900001001",
    "price": "0.0338813559322034",
    "sales_channel_id": "2",
}
ARTICLES = ["0900001001", "0900001002", "0900002001"]


def customer_id(number: int) -> str:
    """The 64-digit hex id of the test customer with this number."""
    return f"{number:08x}" * 8


def article_rows(rows: Iterable[Row] | None = None) -> list[dict[str, str]]:
    given = [{"article_id": key} for key in ARTICLES] if rows is None else rows
    filled = [ARTICLE | texts(row) for row in given]
    for row in filled:
        row["product_code"] = row["product_code"] or row["article_id"][:7]
    return filled


def customer_rows(rows: Iterable[Row] | None = None) -> list[dict[str, str]]:
    given: Iterable[Row] = [{}, {}, {}] if rows is None else rows
    return [
        CUSTOMER | {"customer_id": customer_id(number)} | texts(row)
        for number, row in enumerate(given, start=1)
    ]


def transaction_rows(rows: Iterable[Row] = ()) -> list[dict[str, str]]:
    return [TRANSACTION | {"customer_id": customer_id(1)} | texts(row) for row in rows]


def texts(row: Row) -> dict[str, str]:
    return {key: str(value) for key, value in row.items()}


def write_hm(
    folder: Path,
    *,
    articles: Iterable[Row] | None = None,
    customers: Iterable[Row] | None = None,
    transactions: Iterable[Row] = (),
    suffix: str = "",
) -> Path:
    """Write the three files into `folder` and return it. `suffix` is "", ".gz" or ".zip"."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, "articles", csv_text(ARTICLE, article_rows(articles)), suffix)
    write(folder, "customers", csv_text(CUSTOMER, customer_rows(customers)), suffix)
    write(
        folder, "transactions_train", csv_text(TRANSACTION, transaction_rows(transactions)), suffix
    )
    return folder


def csv_text(columns: Iterable[str], rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write(folder: Path, name: str, text: str | bytes, suffix: str = "") -> Path:
    """Write one file as name.csv, name.csv.gz or name.csv.zip."""
    data = text.encode() if isinstance(text, str) else text
    path = folder / f"{name}.csv{suffix}"
    if suffix == ".gz":
        path.write_bytes(gzip.compress(data, mtime=0))
    elif suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{name}.csv", data)
    else:
        path.write_bytes(data)
    return path
