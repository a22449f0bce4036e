"""Fingerprints: equal ones mean the same bundle."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from recommendations.dataset.inputs import Inputs


def data_fingerprint(inputs: Inputs) -> str:
    """SHA-256 of all articles and sales and the as-of day."""
    digest = hashlib.sha256(inputs.as_of.isoformat().encode())
    digest.update(pd.util.hash_pandas_object(inputs.articles, index=False).to_numpy().tobytes())
    for column in vars(inputs.sales).values():
        digest.update(np.ascontiguousarray(column).data)
    return digest.hexdigest()


def code_fingerprint() -> str:
    """SHA-256 of the source code that makes a bundle."""
    app, digest = Path(__file__).parent.parent, hashlib.sha256()
    folders = ("dataset", "retrieval", "ranking", "training", "outfits")
    sources = [path for folder in folders for path in (app / folder).rglob("*.py")]
    for source in sorted([*sources, *(app / "bundle").glob("*format.py")]):
        digest.update(source.read_bytes())
    return digest.hexdigest()
