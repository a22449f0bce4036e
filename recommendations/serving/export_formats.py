"""Line formats of an export: Kaggle's submission, JSON lines, Parquet.

All are written line by line as text, so that an interrupted export can resume; Parquet is converted
from the text at the end.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

KAGGLE, JSONL, PARQUET = "kaggle", "jsonl", "parquet"
FORMATS = (KAGGLE, JSONL, PARQUET)
HEADER = "customer_id,prediction\n"
SCHEMA = pa.schema({"customer_id": pa.string(), "prediction": pa.list_(pa.string())})


def header_of(form: str) -> str:
    return "" if form == JSONL else HEADER


def line_of(form: str, customer: str, articles: Sequence[str]) -> str:
    if form == JSONL:
        line = msgspec.json.encode({"customer_id": customer, "prediction": articles})
        return f"{line.decode()}\n"
    return f"{quoted(customer)},{' '.join(articles)}\n"


def quoted(customer: str) -> str:
    """An id in CSV; one with a line break would break the counting of lines."""
    text = customer.replace("\r", " ").replace("\n", " ")
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if set(text) & {",", '"'} else text


def finish(form: str, partial: Path, target: Path) -> None:
    """Move the complete file into place."""
    if form != PARQUET:
        partial.replace(target)
        return
    written = target.with_name(f"{target.name}.writing")
    options = arrow_csv.ConvertOptions(column_types=dict.fromkeys(SCHEMA.names, pa.string()))
    with (
        arrow_csv.open_csv(partial, convert_options=options) as batches,
        pq.ParquetWriter(written, SCHEMA) as writer,
    ):
        for batch in batches:
            lists = pa.compute.split_pattern(batch["prediction"], " ")
            writer.write_batch(
                pa.record_batch([batch["customer_id"], lists.cast(SCHEMA[1].type)], SCHEMA)
            )
    written.replace(target)
    partial.unlink()
