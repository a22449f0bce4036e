"""CSV bytes in Kaggle's exact format.

Each chunk of transactions is assembled as one matrix of bytes: writing 32 million rows one by one
would take half an hour. Prices are money ÷ 590 with 15 significant digits, as in the original.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from demo.data.baskets import DAYS, FIRST_DAY
from demo.data.seeds import Bytes, Ints
from demo.data.transactions import Lines

PRICE_UNIT = 590
TRANSACTION_HEADER = b"t_dat,customer_id,article_id,price,sales_channel_id\n"
CHUNK_ROWS = 500_000


def price_text(cents: int) -> str:
    """An amount in cents as Kaggle's price: 2999 → "0.0508305084745763"."""
    return np.format_float_positional(float(f"{cents / 100 / PRICE_UNIT:.15g}"), trim="-")


def _fixed(texts: list[str]) -> Bytes:
    """Texts as zero-padded rows of bytes."""
    width = max(map(len, texts))
    padded = b"".join(text.encode("ascii").ljust(width, b"\0") for text in texts)
    return np.frombuffer(padded, dtype=np.uint8).reshape(len(texts), width)


class TransactionEncoder:
    """Encodes lines as CSV by looking up days, ids and prices in tables of bytes."""

    def __init__(self, customer_ids: Bytes, article_ids: list[str]) -> None:
        self._days = _fixed([str(FIRST_DAY + timedelta(days=n)) for n in range(DAYS)])
        self._customers = customer_ids
        self._articles = _fixed(article_ids)

    def encode(self, lines: Lines) -> bytes:
        """The rows of `lines`, each ending in a newline."""
        known, which = np.unique(lines.cents, return_inverse=True)
        prices = _fixed([price_text(int(cents)) for cents in known])
        comma = np.full((len(lines), 1), ord(","), dtype=np.uint8)
        columns = (
            self._days[lines.day], comma, self._customers[lines.customer], comma,
            self._articles[lines.article], comma, prices[which], comma,
            (ord("0") + lines.channel).astype(np.uint8)[:, None],
            np.full((len(lines), 1), ord("\n"), dtype=np.uint8),
        )  # fmt: skip
        rows = np.concatenate(columns, axis=1).ravel()
        return bytes(rows[rows != 0].tobytes())


def chunks(lines: Lines, rows: int) -> Iterator[Lines]:
    """`lines` in chunks of at most `rows` rows."""
    columns: tuple[Ints, ...] = (
        lines.day, lines.customer, lines.article, lines.cents, lines.channel,
    )  # fmt: skip
    for start in range(0, len(lines), rows):
        yield Lines(*(column[start : start + rows] for column in columns))


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """A text table, quoted only where needed, with the original's line endings."""
    frame.to_csv(path, index=False, lineterminator="\n")
