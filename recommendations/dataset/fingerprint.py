"""Fingerprints: equal ones mean the same bundle."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from recommendations.dataset.inputs import History, Sales
from recommendations.dataset.parts import Tally, total
from recommendations.dataset.sampling import hashes


def data_fingerprint(history: History) -> tuple[str, int]:
    """SHA-256 of the articles, the as-of day and all sales, in whatever order; and how many sales
    there are."""
    digest = hashlib.sha256(history.as_of.isoformat().encode())
    digest.update(pd.util.hash_pandas_object(history.articles, index=False).to_numpy().tobytes())
    sales = total(history.parts, hashed).sums["sales"]
    digest.update(sales.tobytes())
    return digest.hexdigest(), int(sales[0])


def hashed(sales: Sales) -> Tally:
    """The number of sales and the sum of their hashes (modulo 2⁶⁴)."""
    price = np.ascontiguousarray(sales.price).view(np.int32)
    rows = hashes(sales.day, sales.customer, sales.row, sales.age, price, sales.channel)
    return Tally({"sales": np.array([len(sales), rows.sum(dtype=np.uint64)], np.uint64)})


def code_fingerprint() -> str:
    """SHA-256 of the source code that makes a bundle."""
    app, digest = Path(__file__).parent.parent, hashlib.sha256()
    folders = ("dataset", "retrieval", "ranking", "training", "outfits")
    sources = [path for folder in folders for path in (app / folder).rglob("*.py")]
    for source in sorted([*sources, *(app / "bundle").glob("*format.py")]):
        digest.update(source.read_bytes())
    return digest.hexdigest()
