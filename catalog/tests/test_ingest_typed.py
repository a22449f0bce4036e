"""Sales parsed into numbers and days at once are those that cleaning their text gives."""

import io
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.ingest.cleaning.transactions import Transactions
from catalog.ingest.cleaning.typed import clean
from catalog.ingest.keys.lookup import CustomerKeys, KnownKeys, pack
from catalog.ingest.reading import columns
from catalog.ingest.reading.blocks import read
from catalog.ingest.reading.dialect import Dialect
from catalog.ingest.reading.opening import open_source
from catalog.ingest.reading.position import Position
from catalog.ingest.reading.records import Records, Types
from catalog.tests import hm

NAME = "transactions_train"
IDS = [hm.customer_id(1), hm.customer_id(2)]
KNOWN = KnownKeys(
    CustomerKeys(pack(pa.array(IDS)), np.array([7, 8], dtype=np.int32)),
    np.array([900001001, 900001002], dtype=np.int32),
)
PLAIN = ("2020-09-01", IDS[0], "0900001001", "0.0338813559322034", "2")
ODD = (
    ("2020-09-02", "2020-09-01 00:00", "1.9.2020", "1999-12-31", "2100-01-01", "", "2020-02-30"),
    (IDS[1], IDS[1].upper(), hm.customer_id(3), "", "12", "nan", f" {IDS[0]}"),
    ("900001002", "900001002.0", "0x35A4EAE9", "1", "", "-900001001", "+900001001", " 900001001"),
    ("1e-2", ".05", "+0.05", " 0.05", "nan", "inf", "-inf", "-0.1", "0", "1_0", "60.1", "", "NA"),
    ("1", "3", "0", "1.0", "", "online", "65537", "null"),
)
CELLS = [st.just(plain) | st.sampled_from(odd) for plain, odd in zip(PLAIN, ODD, strict=True)]
ROWS = st.lists(st.tuples(*CELLS) | st.just(PLAIN), min_size=1, max_size=6)


def result(records: Records) -> tuple[list[str], list[list[object]], dict[int, str]]:
    records, found = clean(records, KNOWN)
    rejects = [records.reject(row, reason).row for row, reason in found.reasons.items()]
    return rejects, arrays(found), found.reasons


def arrays(found: Transactions) -> list[list[object]]:
    columns = (found.days, found.customers, found.articles, found.prices, found.channels)
    return [column.tolist() for column in (found.rows, *columns)]


def parsed(rows: list[tuple[str, ...]], types: Types | None) -> Records:
    data = "".join(",".join(row) + "\n" for row in rows).encode()
    dialect, start = Dialect(columns.ALL[NAME]), Position(0, 0, 0)
    return next(read(io.BytesIO(data), Path("x.csv"), dialect, start, 1 << 20, types))


@given(ROWS)
def test_rows_are_the_same_whether_parsed_at_once_or_cell_by_cell(
    rows: list[tuple[str, ...]],
) -> None:
    typed, text = (result(parsed(rows, types)) for types in (columns.TYPES[NAME], None))
    assert typed == text


def test_plain_rows_are_parsed_at_once() -> None:
    records = parsed([PLAIN, (*PLAIN[:4], "1")], columns.TYPES[NAME])
    assert records.table.schema.types == list(columns.TYPES[NAME].values())
    assert clean(records, KNOWN)[0] is records, "and used as they are"
    assert records.as_text().table["article_id"].to_pylist() == ["0900001001"] * 2


MOMENT = 1_598_970_600  # 2020-09-01 14:30


@pytest.mark.parametrize(
    ("name", "values", "at_once"),
    [
        ("t_dat", pa.array([MOMENT], pa.timestamp("s")), True),
        ("t_dat", pa.array(["2020-09-01"], pa.large_string()), True),
        ("t_dat", pa.array([MOMENT], pa.timestamp("s", "Asia/Tokyo")), False),
        ("t_dat", pa.array([20200901], pa.int32()), False),
        ("article_id", pa.array([900001002], pa.uint64()), True),
        ("article_id", pa.array([900001002.0]), False),
        ("price", pa.array([0.05], pa.float32()), True),
        ("price", pa.array([Decimal("0.05")]), False),
        ("price", pa.array([None], pa.float64()), False),
        ("sales_channel_id", pa.array([True]), False),
        ("customer_id", pa.array([bytes.fromhex(IDS[1])]), False),
        ("customer_id", pa.array([IDS[1]]).dictionary_encode(), False),
    ],
)
def test_a_column_of_parquet_means_the_same_as_its_text(
    name: str, values: pa.Array, at_once: bool, tmp_path: Path
) -> None:
    texts = dict(zip(columns.ALL[NAME], PLAIN, strict=True))
    table = pa.table({key: [cell] for key, cell in texts.items()})
    path = tmp_path / f"{NAME}.parquet"
    pq.write_table(table.set_column(table.column_names.index(name), name, values), path)
    source = open_source(NAME, path)
    typed, text = (next(source.read(source.start, 1 << 20, typed=typed)) for typed in (True, False))
    assert bool(typed.texts) is at_once
    assert result(typed) == result(text)
