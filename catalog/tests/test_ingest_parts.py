"""The pure parts of the ingest: reading, cleaning, keys and encoding, without a database."""

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.ingest.cleaning.articles import clean_articles
from catalog.ingest.cleaning.customers import clean_customers
from catalog.ingest.cleaning.transactions import clean_transactions
from catalog.ingest.errors import IngestError
from catalog.ingest.keys.lookup import (
    UNKNOWN,
    CustomerKeys,
    KnownKeys,
    first_occurrences,
    pack,
    to_words,
)
from catalog.ingest.loading.copying import HEADER, ROW, by_month, encode
from catalog.ingest.reading.blocks import end_of_last_line, parse, parse_quoted, read
from catalog.ingest.reading.compression import skip
from catalog.ingest.reading.dialect import Dialect
from catalog.ingest.reading.identifiers import canonical
from catalog.ingest.reading.lines import lines_of
from catalog.ingest.reading.position import Position
from catalog.ingest.reading.records import Records
from catalog.tests import hm

NO_DATE, WRITE = "t_dat is not a date", "write 2020-09-22"
LAST = "sales_channel_id"  # the last column after which no line end is needed
PATH = Path("test.csv")
START = Position(0, 0, 0)
WIDTH_TWO = Dialect(("x", LAST))


def blocks(
    data: bytes,
    block_bytes: int = 1 << 20,
    dialect: Dialect = WIDTH_TWO,
    start: Position = START,
) -> list[Records]:
    stream = io.BytesIO(data)
    skip(stream, start.offset)
    return list(read(stream, PATH, dialect, start, block_bytes))


PIECES = ("a", "b c", '"', '""', ",", "\n", "\r\n", "\r", " ", "\\", '"x"', '"x,""y"', '"1",2\n')


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join), st.booleans())
def test_a_block_read_at_once_is_what_it_is_record_by_record(text: str, final: bool) -> None:
    data, dialect = text.encode(), Dialect(("x", "y"))
    block = data[: None if final else end_of_last_line(data)]
    used, at_once = parse(data, memoryview(block), dialect, START, None, final=final)
    exact_used, exact = parse_quoted(block, dialect, START, final=final)
    assert used == exact_used
    assert at_once.table.cast(exact.table.schema).equals(exact.table)
    assert at_once.lines.tolist() == exact.lines.tolist()
    assert at_once.numbers.tolist() == exact.numbers.tolist()
    assert (at_once.malformed, at_once.end) == (exact.malformed, exact.end)


def rows(data: bytes, block_bytes: int = 1 << 20) -> list[tuple[int, int, str, str]]:
    """(line, number, first cell, last cell) of every well-formed row."""
    return [
        (int(line), int(number), x, y)
        for block in blocks(data, block_bytes)
        for line, number, x, y in zip(
            block.lines,
            block.numbers,
            block.table["x"].to_pylist(),
            block.table[LAST].to_pylist(),
            strict=True,
        )
    ]


def malformed(data: bytes, block_bytes: int = 1 << 20) -> list[tuple[int, str]]:
    return [(r.line, r.reason) for b in blocks(data, block_bytes) for r in b.malformed]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("block_bytes", [1, 2, 3, 7, 1000])
def test_rows_keep_their_lines_whatever_the_line_end_and_the_block(
    end: bytes, block_bytes: int
) -> None:
    data = end.join([b"1,2", b"3,4", b"5,6"])
    expected = [(1, 1, "1", "2"), (2, 2, "3", "4"), (3, 3, "5", "6")]
    assert rows(data, block_bytes) == expected
    assert rows(data + end, block_bytes) == expected


@pytest.mark.parametrize("block_bytes", [1, 5, 1000])
def test_quoted_line_ends_blank_lines_and_short_rows_do_not_shift_the_line_numbers(
    block_bytes: int,
) -> None:
    data = b'1,"a\nb\n\nc"\n\n2\n3,"say ""hi"", there"\n4,d\n5,6,7\n'
    assert rows(data, block_bytes) == [
        (1, 1, "1", "a\nb\n\nc"),
        (7, 3, "3", 'say "hi", there'),
        (8, 4, "4", "d"),
    ]
    assert malformed(data, block_bytes) == [
        (6, "1 cells instead of 2"),
        (9, "3 cells instead of 2"),
    ]
    assert blocks(data, block_bytes)[-1].end == Position(len(data), 9, 5, zlib.crc32(data))


@pytest.mark.parametrize("block_bytes", [200, 100_000])
def test_a_quote_never_closed_costs_its_own_line_only(block_bytes: int) -> None:
    data = b'1,"open\n' + b"".join(b"%d,x\n" % n for n in range(2, 1200))
    assert malformed(data, block_bytes) == [(1, "a quote is not closed within 1000 lines")]
    assert [row[0] for row in rows(data, block_bytes)] == list(range(2, 1200))


def test_a_quoted_description_of_hundreds_of_lines_is_one_row() -> None:
    text = "line\n" * 900
    assert rows(f'1,"{text}"\n2,b\n'.encode(), 300) == [(1, 1, "1", text), (902, 2, "2", "b")]


@pytest.mark.parametrize("data", [b"1,2\n3,4", b'1,2\n"3",4', b"1,2\r\n3,4"])
def test_a_last_line_without_an_end_is_rejected_where_a_cut_would_not_show(data: bytes) -> None:
    found = blocks(data, 1000, Dialect(("x", "price")))
    assert [r.reason for part in found for r in part.malformed] == [
        "no line end: the row may be cut short"
    ]
    assert sum(part.table.num_rows for part in found) == 1
    assert found[-1].end.rows == 2


def test_a_quote_inside_a_bare_cell_is_a_letter() -> None:
    assert rows(b'1,5" heel\n2,b\n') == [(1, 1, "1", '5" heel'), (2, 2, "2", "b")]


def test_reading_goes_on_from_the_end_of_any_block() -> None:
    data = b'1,"a\nb"\n\n2,c\n3\n4,d\r\n5,"e"\n'
    whole = rows(data)
    for block in blocks(data, 4):
        rest = blocks(data, 4, start=block.end)
        numbers = [int(number) for part in rest for number in part.numbers]
        assert numbers == [row[1] for row in whole if row[1] > block.end.rows]


def test_wrong_encoding_is_told_with_line_and_byte() -> None:
    with pytest.raises(IngestError, match=r"line 3 .* \(byte 10, column sales_channel_id\)"):
        blocks(b"1,2\n3,4\n5,\xff\n")


@given(
    st.lists(st.tuples(st.text('a"\n,é', max_size=4), st.text('b"\n, ', max_size=4)), max_size=8),
    st.integers(1, 30),
)
def test_whatever_the_csv_module_writes_is_read_back(
    cells: list[tuple[str, str]], block_bytes: int
) -> None:
    text = hm.csv_text(["x", "y"], [{"x": x, "y": y} for x, y in cells]).partition("\n")[2]
    assert [row[2:] for row in rows(text.encode(), block_bytes)] == cells
    assert malformed(text.encode(), block_bytes) == []


def table(filled: list[dict[str, str]]) -> pa.Table:
    return pa.table({name: [row[name] for row in filled] for name in filled[0]})


@pytest.mark.parametrize(
    "text", ["0108775015", "108775015", "108775015.0", " 0108775015 ", "0108775015.00"]
)
def test_an_article_id_is_repaired(text: str) -> None:
    found = clean_articles(table(hm.article_rows([{"article_id": text, "product_code": "1"}])))
    assert found.table["article_id"].to_pylist() == [108775015]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"article_id": "x"}, "article_id is not a whole number"),
        ({"article_id": "1.5"}, "article_id is not a whole number"),
        ({"article_id": "٣"}, "article_id is not a whole number"),
        ({"article_id": "0"}, "article_id is not between 1 and 2147483647"),
        ({"article_id": "99999999999"}, "article_id is not between 1 and 2147483647"),
    ],
)
def test_a_bad_article_cell_rejects_its_row_only(row: dict[str, str], reason: str) -> None:
    found = clean_articles(table(hm.article_rows([{}, row, {"article_id": "0900001002"}])))
    assert found.reasons == {1: reason}
    assert found.rows.tolist() == [0, 2]
    assert found.table["article_id"].to_pylist() == [900001001, 900001002]


@pytest.mark.parametrize(
    ("row", "reason", "column", "left"),
    [
        ({"product_code": "-4"}, "product_code is not between 1", "product_code", 900001),
        ({"prod_name": "x" * 201}, "prod_name is longer than 200", "prod_name", "Shirt"),
        ({"detail_desc": "a\x00b"}, "detail_desc contains a NUL", "detail_desc", ""),
        ({"section_no": "x"}, "section_no is not a whole number", "section_no", 61),
        ({"index_code": "WOMEN"}, "index_code is longer than 4 characters", "index_code", "W"),
    ],
)
def test_an_unreadable_attribute_is_emptied_and_derived_from_others(
    row: dict[str, str], reason: str, column: str, left: object
) -> None:
    found = clean_articles(table(hm.article_rows([{}, row])))
    assert found.reasons == {}
    assert [(why.startswith(reason), times) for why, times in found.emptied.items()] == [(True, 1)]
    assert found.table[column].to_pylist()[1] == left


@pytest.mark.parametrize("nothing", ["", "nan", "NaN", "NULL", "\\N", "None", "NA", "<NA>", "N/A"])
def test_the_usual_words_for_nothing_are_nothing_in_every_column(nothing: str) -> None:
    empty = dict.fromkeys(hm.ARTICLE, nothing) | {"article_id": "0900001002"}
    named = {"article_id": "0900001003", "section_no": nothing, "colour_group_name": nothing}
    found = clean_articles(table(hm.article_rows([{}, empty, named])))
    assert found.reasons == {}
    assert not found.emptied
    first, lacking, derived = found.table.to_pylist()
    assert {value for name, value in lacking.items() if name.endswith("_name")} == {"Unknown"}
    assert (lacking["detail_desc"], lacking["product_code"]) == ("", 900001)
    assert (derived["section_no"], derived["colour_group_name"]) == (61, "Ink")
    assert first["prod_name"] == "Everyday shirt"
    people = clean_customers(
        table(hm.customer_rows([dict.fromkeys(hm.CUSTOMER, nothing) | {"customer_id": "c1"}]))
    )
    news = "NONE" if nothing == "None" else ""
    assert people.table.to_pylist() == [
        {
            "customer_id": "c1", "FN": None, "Active": None, "club_member_status": "",
            "fashion_news_frequency": news, "age": None, "postal_code": "",
        }
    ]  # fmt: skip


def test_customer_attributes_are_repaired() -> None:
    found = clean_customers(
        table(
            hm.customer_rows(
                [
                    {"FN": "1", "Active": "1.0", "age": "49.0", "fashion_news_frequency": "None"},
                    {"FN": "1.0", "Active": "0", "age": " 16", "fashion_news_frequency": "NONE"},
                    {"age": "", "fashion_news_frequency": "", "club_member_status": ""},
                    {"customer_id": "AB" * 32},
                ]
            )
        )
    )
    read = found.table.to_pydict()
    assert read["FN"] == [True, True, None, None]
    assert read["Active"] == [True, False, None, None]
    assert read["age"] == [49, 16, None, 49]
    assert read["fashion_news_frequency"] == ["NONE", "NONE", "", "NONE"]
    assert read["club_member_status"][2] == ""
    assert read["customer_id"][3] == "ab" * 32


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"customer_id": ""}, "customer_id is empty"),
        ({"customer_id": "NULL"}, "customer_id is empty"),
        ({"customer_id": "g" * 65}, "customer_id is longer than 64 bytes"),
        ({"customer_id": "a\x00b"}, "customer_id contains a NUL character"),
    ],
)
def test_a_customer_without_an_id_is_rejected(row: dict[str, str], reason: str) -> None:
    found = clean_customers(table(hm.customer_rows([{}, row, {}])))
    assert found.reasons == {1: reason}
    assert found.rows.tolist() == [0, 2]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"FN": "2"}, "FN is not between 0 and 1"),
        ({"Active": "often"}, "Active is not a whole number"),
        ({"age": "400"}, "age is not between 0 and 120"),
        ({"age": "-1"}, "age is not between 0 and 120"),
        ({"age": "old"}, "age is not a number"),
        ({"club_member_status": "x" * 21}, "club_member_status is longer than 20 characters"),
    ],
)
def test_a_bad_customer_cell_costs_itself_only(row: dict[str, str], reason: str) -> None:
    found = clean_customers(table(hm.customer_rows([{}, row, {}])))
    assert found.reasons == {}
    assert found.emptied == {reason: 1}
    assert found.table[next(iter(row))].to_pylist()[1] in (None, "")


CUSTOMERS = CustomerKeys(
    pack(pa.array([hm.customer_id(1), hm.customer_id(2)])), np.array([7, 8], dtype=np.int32)
)
KNOWN = KnownKeys(CUSTOMERS, np.array([900001001, 900001002], dtype=np.int32))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"t_dat": "2020-02-30"}, "t_dat is not a date"),
        ({"t_dat": "2020-09-01 25"}, "t_dat is not a date"),
        ({"t_dat": "09/01/2020"}, f"{NO_DATE}: day and month may stand either way, {WRITE}"),
        ({"t_dat": ""}, "t_dat is not a date: it is empty"),
        ({"t_dat": "1999-12-31"}, "t_dat is not between 2000 and 2099"),
        ({"customer_id": hm.customer_id(3)}, "unknown customer"),
        ({"customer_id": "12"}, "unknown customer"),
        ({"customer_id": ""}, "customer_id is empty"),
        ({"article_id": "0900009009"}, "unknown article"),
        ({"article_id": "shirt"}, "article_id is not a whole number"),
        ({"price": ""}, "price is empty"),
        ({"price": "1_0"}, "price is not a number"),
        ({"price": "nan"}, "price is empty"),
        ({"price": "-0.1"}, "price is not above zero"),
        ({"price": "0"}, "price is not above zero"),
        ({"price": "inf"}, "price is above 60"),
        ({"price": "33881355932"}, "price is above 60"),
        ({"sales_channel_id": "3"}, "sales_channel_id is not between 1 and 2"),
        ({"sales_channel_id": "web"}, "sales_channel_id is not a whole number"),
    ],
)
def test_a_bad_transaction_cell_rejects_its_row_only(row: dict[str, str], reason: str) -> None:
    found = clean_transactions(table(hm.transaction_rows([{}, row, {}])), KNOWN)
    assert found.reasons == {1: reason}
    assert found.rows.tolist() == [0, 2]
    assert found.customers.tolist() == [7, 7]


def test_transaction_ids_are_repaired() -> None:
    found = clean_transactions(
        table(
            hm.transaction_rows(
                [
                    {"article_id": "900001002", "customer_id": hm.customer_id(2).upper()},
                    {"article_id": "900001002.0", "sales_channel_id": "1.0"},
                ]
            )
        ),
        KNOWN,
    )
    assert found.articles.tolist() == [900001002, 900001002]
    assert found.customers.tolist() == [8, 7]
    assert found.channels.tolist() == [2, 1]


@pytest.mark.parametrize(
    "text",
    [
        "2020-09-01", " 2020-09-01 ", "2020-09-01 00:00:00", "2020-09-01T00:00:00.000Z",
        "2020-09-01 00:00:00+00", "2020-09-01 00:00:00.000000000", "2020-09-01T00:00:00+00:00",
        "2020-09-01 00:00:00 UTC", "2020-09-01 00:00", "2020/09/01", "2020/9/1", "20200901",
        "01.09.2020", "1.9.2020 00:00:00", "2020-09-01T14:30:05,25+0200",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_form_that_means_one_day(text: str) -> None:
    found = clean_transactions(table(hm.transaction_rows([{"t_dat": text}])), KNOWN)
    assert found.days.tolist() == [(date(2020, 9, 1) - date(2000, 1, 1)).days]


@pytest.mark.parametrize("text", ["0.05", "0,05", "5e-2", ".05", " 0.05", "+0.05", "0.0500"])
def test_a_price_is_read_with_point_or_comma(text: str) -> None:
    found = clean_transactions(table(hm.transaction_rows([{"price": text}])), KNOWN)
    assert found.prices.tolist() == [0.05]


def test_what_a_sale_does_not_tell_comes_from_its_article_or_is_the_usual() -> None:
    sale: hm.Row = {"price": "", "sales_channel_id": ""}
    rows = table(
        hm.transaction_rows([sale, {"price": "0.01"}, {**sale, "article_id": "900001002"}])
    )
    known = replace(KNOWN, prices=np.array([0.07, np.nan]))
    found = clean_transactions(rows, known)
    assert (found.prices.tolist(), found.channels.tolist()) == ([0.07, 0.01], [2, 2])
    assert found.reasons == {2: "price is empty"}


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)))
def test_ids_of_any_form_find_their_own_key(texts: list[str]) -> None:
    known = [
        text for text in dict.fromkeys(texts) if canonical(pa.array([text]))[0].as_py() == text
    ]
    known += [hm.customer_id(1)]
    keys = CustomerKeys(to_words(pa.array(known)), np.arange(len(known), dtype=np.int32))
    assert keys.find_ids(pa.array(known)).tolist() == list(range(len(known)))
    assert keys.find_ids(pa.array([hm.customer_id(1).upper()])).tolist() == [len(known) - 1]
    assert keys.find_ids(pa.array(["a stranger, longer than"])).tolist() == [UNKNOWN]


@given(st.sets(st.integers(0, 2**256 - 1), max_size=40), st.sets(st.integers(0, 50), max_size=9))
def test_customer_keys_find_every_id_and_no_other(ids: set[int], small: set[int]) -> None:
    known = sorted(ids | {number << 192 for number in small} | small)
    texts = pa.array([f"{number:064x}" for number in known], pa.string())
    keys = CustomerKeys(pack(texts), np.arange(len(known), dtype=np.int32))
    assert keys.find(pack(texts)).tolist() == list(range(len(known)))
    strangers = [number for number in range(51, 60) if number not in known]
    others = pa.array([f"{number:064x}" for number in strangers], pa.string())
    assert set(keys.find(pack(others)).tolist()) <= {UNKNOWN}


@pytest.mark.parametrize("first", ["hex", "text"])
@pytest.mark.parametrize("second", ["hex", "text"])
def test_customers_of_two_files_are_found_together(first: str, second: str) -> None:
    ids = {"hex": hm.customer_id, "text": "customer {}".format}
    both = [pa.array(list(map(ids[first], (1, 2)))), pa.array(list(map(ids[second], (3, 4))))]
    nobody = CustomerKeys(pack(pa.array([], pa.string())), np.empty(0, np.int32))
    keys = nobody.joined(both[0], np.array([7, 8])).joined(both[1], np.array([5, 6]))
    assert keys.find_ids(pa.concat_arrays(both)).tolist() == [7, 8, 5, 6]
    assert keys.find_ids(pa.array(["a stranger", hm.customer_id(9)])).tolist() == [UNKNOWN] * 2


def test_of_equal_ids_the_first_is_found() -> None:
    ids = pa.array([f"{number:064x}" for number in [256, 1, 256, 0, 1]])
    assert first_occurrences(ids).tolist() == [0, 1, 3]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"{}\n[]\n", id="lines"),
        pytest.param(b"{}\r\n\r\n[]", id="Windows line ends and an empty line"),
        pytest.param(b"{}\r[]\r", id="old Mac line ends"),
        pytest.param(b"\xef\xbb\xbf{}\n\xef\xbb\xbf[]\n", id="byte order marks"),
        pytest.param(b"{}\n[]\n" + bytes(99), id="zeros at the end"),
        pytest.param("{}\n[]\n".encode("utf-16"), id="UTF-16"),
        pytest.param(gzip.compress(b"{}\n") + gzip.compress(b"[]\n"), id="gzip of two members"),
    ],
)
def test_json_lines_are_read_in_any_form(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(data)
    assert [line for _, line in lines_of(path)] == [b"{}", b"[]"]


def months() -> Iterator[str]:
    yield from ["2020-02-28", "2020-02-29", "2020-03-01", "2000-01-01"]


def test_encoded_rows_are_split_by_month_and_big_endian() -> None:
    filled = hm.transaction_rows([{"t_dat": day} for day in months()])
    found = clean_transactions(table(filled), KNOWN)
    split = by_month(encode(found, np.array([1, 2, 3, 4])), found.days)
    assert {str(month): part["id"].tolist() for month, part in split.items()} == {
        "2000-01-01": [4],
        "2020-02-01": [1, 2],
        "2020-03-01": [3],
    }
    assert ROW.itemsize == 56
    assert len(HEADER) == 19
    row = next(iter(split.values())).tobytes()
    assert row[:14] == b"\x00\x06\x00\x00\x00\x08" + (4).to_bytes(8, "big")
