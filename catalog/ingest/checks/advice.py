"""What to do about rejected rows, by reason."""

import csv
import re

from catalog.ingest.cleaning.transactions import UNKNOWN_ARTICLE, UNKNOWN_CUSTOMER
from catalog.ingest.reading.identifiers import HEX_DIGITS
from catalog.ingest.reading.records import REPEATED, Reject
from catalog.ingest.reading.source import Source

UNKNOWN = (UNKNOWN_ARTICLE, UNKNOWN_CUSTOMER)
WHOLE = re.compile(r"-?[0-9]{1,20}")
HEX = re.compile(r"[0-9a-fA-F]+")
ADVICE = {
    "t_dat": "Days are written 2020-09-22; a time after the day is ignored.",
    "price is above": "Prices are in the data set's unit: 0.05 stands for 29.99 in money.",
    "price": "Prices are numbers above zero, as 0.0508 or 0,0508.",
    "article_id is rounded": "A spreadsheet has shortened the ids (1.08775E+08), and their last "
    "digits are lost: export the file again, with ids as text.",
    "article_id is not": "Article ids are whole numbers below 2,147,483,648, as 0108775015.",
    f"article_id {REPEATED}": "The file names articles twice; the first row of each counts.",
    f"customer_id {REPEATED}": "The file names customers twice; the first row of each counts.",
    "sales_channel_id": "Channels are 1 (store), 2 (online), or empty.",
    "a quote": "Quotes within a quoted cell are doubled, and each cell's quotes are closed.",
    "the quotes": "Quotes within a quoted cell are doubled.",
    UNKNOWN_ARTICLE: "articles.csv lacks them: is one of the files only a part of the set? "
    "--only-known loads the other sales.",
    UNKNOWN_CUSTOMER: "customers.csv lacks them: is one of the files only a part of the set? "
    "--only-known loads the other sales.",
}
CELLS = "Rows have other cells than the header has names: is a name missing, or a comma unquoted?"


def advice_for(reason: str) -> str:
    """Advice on this reason, if there is more to say than the reason itself."""
    if re.match(r"\d+ cells", reason):
        return CELLS
    return next((advice for start, advice in ADVICE.items() if reason.startswith(start)), "")


def form_hint(source: Source, example: Reject, ours: str) -> str:
    """A hint if the customer ids in the sales have another format than those of customers.csv."""
    if not ours:
        return ""
    cells = dict(zip(source.shown, next(csv.reader([example.row])), strict=False))
    return other_form(cells.get("customer_id", ""), ours)


def other_form(theirs: str, ours: str) -> str:
    """How a customer id in the sales differs from one of customers.csv."""
    if form_of(theirs) == form_of(ours):
        padded = form_of(ours) == "a whole number" and "0" in (theirs[:1], ours[:1])
        zeros = padded and theirs[:1] != ours[:1]
        return f"One of the files has lost leading zeros: {theirs!r}, {ours!r}." if zeros else ""
    said = f"The sales have ids as {theirs!r} ({form_of(theirs)}), customers.csv as {ours!r}"
    if form_of(theirs) == "a whole number" and len(ours) == HEX_DIGITS and HEX.fullmatch(ours):
        return (
            f"{said} ({form_of(ours)}): perhaps somebody has kept the last 16 digits as a number "
            "to save memory. Take both files from the same copy of the set."
        )
    return f"{said} ({form_of(ours)}). Take both files from the same copy of the set."


def form_of(text: str) -> str:
    if WHOLE.fullmatch(text):
        return "a whole number"
    if HEX.fullmatch(text):
        return f"{len(text)} hex digits"
    return "text"
