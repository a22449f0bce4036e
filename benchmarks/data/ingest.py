"""Raw CSV, and the same as Parquet, to the shop's tables, compared with COPY of the raw text and
pandas' to_sql.

Synthetic data in H&M's format; a separate, durable embedded PostgreSQL.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pandas as pd
import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy
from pyarrow import csv

from benchmarks.harness import Result, var_dir
from benchmarks.processes import manage, timed
from benchmarks.shop import FULL, generate, scaled
from demo import services
from web.json_types import Json

PANDAS_ROWS, PANDAS_CHUNK = 200_000, 50_000
COPY_BYTES = 1 << 18
NAME = "transactions_train"


def run(size: int | None) -> Result:
    """`size` counts transactions; customers and articles scale with it."""
    place = var_dir() / "ingest"
    sizes = scaled(size or FULL["transactions"])
    data = generated(place, sizes)
    with database(place) as environment:
        parquet, _, _ = ingest(as_parquet(data), environment)
    with database(place) as environment:
        return measured(data, sizes, environment, sum(parquet["seconds"].values()))


def generated(place: Path, sizes: dict[str, int]) -> Path:
    """A data set of these sizes, generated once: its parameters are written last."""
    folder = place / f"data-{sizes['transactions']}"
    if not (folder / "parameters.json").exists():
        manage(*generate(folder, sizes))
    return folder


@contextmanager
def database(place: Path) -> Iterator[dict[str, str]]:
    """A migrated PostgreSQL of our own; its data is removed afterwards."""
    home = place / "services"
    try:
        with services.running(home) as own:
            environment = own | {"VAR_DIR": str(home)}
            manage("migrate", "--verbosity", "0", environment=environment)
            yield environment
    finally:
        shutil.rmtree((home / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def measured(
    data: Path, sizes: dict[str, int], environment: dict[str, str], parquet_seconds: float
) -> Result:
    url, sales = environment["DATABASE_URL"], data / f"{NAME}.csv"
    before = copy_seconds(url, sales)
    report, peak_mb, whole = ingest(data, environment)
    copied = (before + copy_seconds(url, sales)) / 2
    pandas_rate = pandas_rows_per_second(url, sales)
    seconds: dict[str, float] = report["seconds"]
    ours = sum(seconds.values())
    rate = sizes["transactions"] / ours
    assert report["files"][NAME]["accepted"] == sizes["transactions"]
    return Result(
        name="ingest",
        sizes=sizes,
        figures={
            "ingest_seconds": ours,
            "ingest_with_start_seconds": whole,
            "ingest_of_parquet_seconds": parquet_seconds,
            "copy_seconds": copied,
            "transactions_per_second": rate,
            "pandas_to_sql_rows_per_second": pandas_rate,
            "peak_mb": peak_mb,
            "load_of_machine": os.getloadavg()[0],
        },
        ratios={
            "ingest_time_vs_copy": ours / copied,
            "parquet_time_vs_copy": parquet_seconds / copied,
            "ingest_rate_vs_pandas": rate / pandas_rate,
        },
        parts=seconds,
    )


def copy_seconds(url: str, sales: Path) -> float:
    """The least PostgreSQL needs to receive the rows: raw text into an unlogged table."""
    with closing(psycopg2.connect(url)) as session, session, session.cursor() as cursor:
        cursor.execute(
            "CREATE UNLOGGED TABLE raw (t_dat text, customer_id text, article_id text, "
            "price text, sales_channel_id text)"
        )
        session.commit()
        begin = time.monotonic()
        with sales.open("rb") as file:
            cursor.copy_expert("COPY raw FROM STDIN (FORMAT csv, HEADER)", file, COPY_BYTES)
        session.commit()
        seconds = time.monotonic() - begin
        cursor.execute("DROP TABLE raw")
    return seconds


def as_parquet(data: Path) -> Path:
    """The same files as Parquet, written once: its days are dates, its prices numbers."""
    folder = data.with_name(f"{data.name}-parquet")
    if not (folder / "complete").exists():
        folder.mkdir(exist_ok=True)
        for file in data.glob("*.csv"):
            ids = csv.ConvertOptions(column_types={"article_id": pa.string()})
            with csv.open_csv(file, convert_options=ids) as batches:
                target = folder / f"{file.stem}.parquet"
                with pq.ParquetWriter(target, batches.schema) as writer:
                    for batch in batches:
                        writer.write_batch(batch)
        (folder / "complete").touch()
    return folder


def ingest(data: Path, environment: dict[str, str]) -> tuple[Json, int, float]:
    """The command's report, peak memory of its Python processes (MB), and total time."""
    report = Path(environment["VAR_DIR"]) / "report.json"
    arguments = ("ingest_hm", "--data-dir", str(data), "--report", str(report))
    whole, most = timed(*arguments, environment=environment)
    found = json.loads(report.read_text())
    return found, max(most, found["peak_mb"]), whole


def pandas_rows_per_second(url: str, sales: Path) -> float:
    """The usual approach: read_csv in chunks, to_sql."""
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg2://", 1))
    rows, begin = 0, time.monotonic()
    with engine.begin() as session:
        for frame in pd.read_csv(
            sales,
            dtype={"article_id": str},
            parse_dates=["t_dat"],
            chunksize=PANDAS_CHUNK,
            nrows=PANDAS_ROWS,
        ):
            frame.to_sql("by_pandas", session, if_exists="append", index=False)
            rows += len(frame)
    engine.dispose()
    return rows / (time.monotonic() - begin)
