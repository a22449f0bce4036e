"""A corpus of broken and odd files, each made from a valid set of 3 articles, customers, sales."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from catalog.tests import hm

A, C, T = "articles", "customers", "transactions_train"
SALES: list[hm.Row] = [{}, {"article_id": "0900001002"}, {"t_dat": "2020-09-02"}]
Spoil = Callable[[Path], object]
Reject = tuple[str, int, str]  # file, line, reason


@dataclass(frozen=True)
class Case:
    """A modification of a valid folder, and the expected outcome.

    Either `error`, a pattern of the message, or the `rejects` and the `accepted` rows by file.
    """

    name: str
    spoil: Spoil
    error: str = ""
    rejects: tuple[Reject, ...] = ()
    accepted: tuple[int, int, int] = (3, 3, 3)


def sound(folder: Path) -> Path:
    return hm.write_hm(folder, transactions=SALES)


def sale(**cells: object) -> Spoil:
    """Replace cells of the second sale."""
    return rows(T, hm.TRANSACTION, hm.transaction_rows([SALES[0], cells, SALES[2]]))


def article(**cells: object) -> Spoil:
    first, _, last = ({"article_id": key} for key in hm.ARTICLES)
    spoilt = {"article_id": hm.ARTICLES[1]} | cells
    return rows(A, hm.ARTICLE, hm.article_rows([first, spoilt, last]))


def customer(**cells: object) -> Spoil:
    return rows(C, hm.CUSTOMER, hm.customer_rows([{}, cells, {}]))


def rows(name: str, columns: dict[str, str], given: list[dict[str, str]]) -> Spoil:
    return lambda folder: hm.write(folder, name, hm.csv_text(columns, given))


def text(name: str, change: Callable[[bytes], bytes]) -> Spoil:
    def spoil(folder: Path) -> object:
        path = folder / f"{name}.csv"
        return path.write_bytes(change(path.read_bytes()))

    return spoil


def line(name: str, number: int, change: Callable[[bytes], bytes]) -> Spoil:
    def changed(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        lines[number - 1] = change(lines[number - 1])
        return b"".join(lines)

    return text(name, changed)


def packed(name: str, change: Callable[[bytes], bytes], suffix: str = ".gz") -> Spoil:
    def spoil(folder: Path) -> object:
        path = folder / f"{name}.csv"
        data = change(gzip.compress(path.read_bytes(), mtime=0))
        path.unlink()
        return (folder / f"{name}.csv{suffix}").write_bytes(data)

    return spoil


def one_sale_less(reason: str, at: int = 3) -> dict[str, object]:
    return {"rejects": ((f"{T}.csv", at, reason),), "accepted": (3, 3, 2)}


def no_article(reason: str) -> dict[str, object]:
    """Invalidate the second article, and with it its sale."""
    rejects = ((f"{A}.csv", 3, reason), (f"{T}.csv", 3, "unknown article"))
    return {"rejects": rejects, "accepted": (2, 3, 2)}


def no_customer(reason: str) -> dict[str, object]:
    return {"rejects": ((f"{C}.csv", 3, reason),), "accepted": (3, 2, 3)}


def case(name: str, spoil: Spoil, **outcome: object) -> Case:
    return Case(name, spoil, **outcome)  # type: ignore[arg-type]


EITHER_WAY = "t_dat is not a date: day and month may stand either way, write 2020-09-22"
DATE, CENTURY = "t_dat is not a date", "t_dat is not between 2000 and 2099"
CUT = "no line end: the row may be cut short"
CASES = [
    # Dates
    case("no such day", sale(t_dat="2020-02-30"), **one_sale_less(DATE)),
    case("a day the other way round", sale(t_dat="01/09/2020"), **one_sale_less(EITHER_WAY)),
    case("a time beside the day", sale(t_dat="2020-09-01 10:00")),
    case("an empty day", sale(t_dat=""), **one_sale_less(f"{DATE}: it is empty")),
    case("a day of another century", sale(t_dat="1920-09-01"), **one_sale_less(CENTURY)),
    # Prices
    case("a negative price", sale(price="-0.02"), **one_sale_less("price is not above zero")),
    case("a price of nothing", sale(price="0"), **one_sale_less("price is not above zero")),
    case("a price in cents", sale(price="1999"), **one_sale_less("price is above 60")),
    case("an endless price", sale(price="1e999"), **one_sale_less("price is above 60")),
    case("a decimal comma", sale(price="0,02")),
    case("a price in words", sale(price="two"), **one_sale_less("price is not a number")),
    case("no price", sale(price=""), **one_sale_less("price is empty")),
    case("NaN for a price", sale(price="NaN"), **one_sale_less("price is empty")),
    case("a price with an exponent", sale(price="2e-2")),
    # Keys
    case("an unknown customer", sale(customer_id="f" * 64), **one_sale_less("unknown customer")),
    case("an unknown article", sale(article_id="0999999999"), **one_sale_less("unknown article")),
    case(
        "a short customer id",
        sale(customer_id="00ff"),
        **one_sale_less("unknown customer"),
    ),
    case("a lost leading zero", sale(article_id="900001001")),
    case("an article id as a float", sale(article_id="900001001.0")),
    case("a customer id in capitals", sale(customer_id=hm.customer_id(1).upper())),
    case(
        "an article id in exponents",
        sale(article_id="9.00001E8"),
        **one_sale_less("article_id is rounded"),
    ),
    # Channels
    case(
        "an unknown channel", sale(sales_channel_id=3),
        **one_sale_less("sales_channel_id is not between 1 and 2"),
    ),
    case("no channel", sale(sales_channel_id="")),
    case("a channel as a float", sale(sales_channel_id="1.0")),
    # Lines
    case("Windows line ends", text(T, lambda data: data.replace(b"\n", b"\r\n"))),
    case("old Mac line ends", text(T, lambda data: data.replace(b"\n", b"\r"))),
    case("mixed line ends", line(T, 2, lambda row: row.replace(b"\n", b"\r\n"))),
    case("a byte order mark", text(T, lambda data: b"\xef\xbb\xbf" + data)),
    case("a blank line", line(T, 3, lambda row: b"\n" + row)),
    case("no line end after the last channel", text(T, lambda data: data[:-1])),
    case(
        "a last line cut in its price", text(T, lambda data: data[:-8]),
        **one_sale_less(CUT, 4),
    ),
    case(
        "a last line cut in a text", text(C, lambda data: data[:-9]),
        rejects=((f"{C}.csv", 4, CUT),), accepted=(3, 2, 3),
    ),
    case(
        "a last line cut in a quoted text", text(A, lambda data: data[:-9]),
        rejects=((f"{A}.csv", 4, CUT),), accepted=(2, 3, 3),
    ),
    case(
        "a cell too many", line(T, 3, lambda row: b"x," + row),
        **one_sale_less("6 cells instead of 5"),
    ),
    case(
        "a quote never closed", line(T, 3, lambda row: b'"' + row),
        **one_sale_less("a quote is not closed within 1000 lines"),
    ),
    case("quoted cells", line(T, 3, lambda row: b'"' + row[:10] + b'"' + row[10:])),
    case(
        "letters after a closing quote", line(T, 3, lambda row: b'"' + row[:10] + b'"x' + row[10:]),
        **one_sale_less("the quotes are wrong"),
    ),
    case("semicolons", text(T, lambda data: data.replace(b",", b";"))),
    case("no header", text(T, lambda data: data.partition(b"\n")[2]), error="has no column t_dat"),
    case("an empty file", text(T, lambda data: b""), error="is empty"),
    case("a header alone", text(T, lambda d: d.partition(b"\n")[0] + b"\n"), accepted=(3, 3, 0)),
    case("a column twice", text(T, lambda d: b"price," + d), error="contains a column twice"),
    case("zeros for bytes", line(T, 3, lambda row: bytes(len(row) - 1) + b"\n"),
         **one_sale_less("1 cells instead of 5")),
    case("Latin-1", line(A, 3, lambda row: row.replace(b"shirt", b"tr\xf6ja")),
         error=r"articles\.csv: line 3 is not UTF-8"),
    case("UTF-16", text(C, lambda data: data.decode().encode("utf-16"))),
    # Articles
    case("an article twice", article(article_id="0900001001"),
         rejects=((f"{A}.csv", 3, "article_id is in an earlier row"),
                  (f"{T}.csv", 3, "unknown article")), accepted=(2, 3, 2)),
    case("an article without a name", article(prod_name="")),
    case("a word for a number", article(section_no="x")),
    case("a description over lines", article(detail_desc='One,\ntwo\n\n"three".')),
    case("a zero byte in a text", article(detail_desc="a\0b")),
    case("one number, two names", article(colour_group_name="Ocean")),
    # Customers
    case("a customer twice", customer(customer_id=hm.customer_id(1)),
         **no_customer("customer_id is in an earlier row")),
    case("an age of 400", customer(age=400)),
    case("an age as a float", customer(age="49.0")),
    case("FN as a word", customer(FN="often")),
    case("a customer without an id", customer(customer_id=""),
         **no_customer("customer_id is empty")),
    case("nothing but an id", customer(age="", club_member_status="", postal_code="")),
    # Files
    case("no file", lambda folder: (folder / f"{A}.csv").unlink(), error=r"has no articles\.csv"),
    case("a gzip file cut short", packed(T, lambda data: data[:-12]), error="damaged or truncated"),
    case("a text named gzip", packed(T, lambda data: b"not packed"), error="has no column t_dat"),
    case("a gzip file named zip", packed(T, lambda data: data, ".zip")),
]  # fmt: skip
