"""Customers (customers.csv) and, hidden, their taste and how much they buy."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from demo.data.seeds import Bytes, Floats, Ints, stream
from demo.data.tastes import Tastes, cluster_of_age

NEVER_BUY = 0.007
ACTIVITY_SPREAD = 1.75
HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


@dataclass(frozen=True)
class Customers:
    """The customer table, the ids as bytes (customers, 64), and hidden parameters per customer.

    cluster: taste cluster; activity: relative number of baskets, 0 for those who never buy.
    """

    frame: pd.DataFrame
    ids: Bytes
    cluster: Ints
    activity: Floats

    def __len__(self) -> int:
        return len(self.cluster)


def hex_digits(raw: Bytes) -> Bytes:
    """Bytes (n, k) as ASCII hexadecimal digits (n, 2k)."""
    digits = np.empty((len(raw), raw.shape[1] * 2), dtype=np.uint8)
    digits[:, 0::2] = HEX[raw >> 4]
    digits[:, 1::2] = HEX[raw & 15]
    return digits


def as_text(digits: Bytes) -> pd.Series:
    """Rows of ASCII digits (n, 64) as a column of text."""
    return pd.Series(np.ascontiguousarray(digits).view("S64").ravel().astype("U64"))


def _ids(rng: np.random.Generator, count: int) -> Bytes:
    """Distinct random ids in ascending order, as in the original file."""
    raw = rng.integers(0, 256, (count, 32), dtype=np.uint8)
    lead = np.ascontiguousarray(raw[:, :8]).view(">u8").ravel()
    return hex_digits(raw[np.argsort(lead, kind="stable")])


def _ages(rng: np.random.Generator, count: int) -> Ints:
    """Two peaks, at 22 and 52, with quartiles near 24, 32 and 49."""
    young = 17.3 + rng.gamma(2.2, 4.7, count)
    older = rng.normal(52.3, 7.0, count)
    return np.where(rng.random(count) < 0.64, young, older).clip(16, 99).astype(np.int64)


def _postal_codes(rng: np.random.Generator, count: int) -> pd.Series:
    """Hashed postal codes: one means "none given" (6.7 %), the others have few customers each."""
    codes = hex_digits(rng.integers(0, 256, (max(2, count // 4), 32), dtype=np.uint8))
    area = rng.integers(1, len(codes), count)
    area[rng.random(count) < 0.067] = 0
    return as_text(codes)[area].reset_index(drop=True)


def _news(rng: np.random.Generator, member: Floats) -> Floats:
    """Fashion news: those with FN read it regularly; includes the original's odd spellings."""
    draw = rng.random(len(member))
    news = np.where(member < 0.348, "Regularly", "NONE").astype(object)
    news[draw < 0.0012] = "Monthly"
    news[draw < 0.0006] = "None"
    news[draw > 1 - 0.0117] = ""
    news[:2] = "None", "Monthly"
    return news


def _club(rng: np.random.Generator, count: int) -> Floats:
    draw = rng.random(count)
    club = np.full(count, "ACTIVE", dtype=object)
    club[draw < 0.062] = "PRE-CREATE"
    club[draw < 0.0006] = "LEFT CLUB"
    club[draw > 1 - 0.0044] = ""
    return club


def make_customers(seed: int, count: int, tastes: Tastes) -> Customers:
    """`count` customers; FN is 1.0 for 34.8 %, Active for 33.8 %, always together with FN."""
    rng = stream(seed, "customers")
    ids, age, member = _ids(rng, count), _ages(rng, count), rng.random(count)
    activity = np.exp(rng.normal(0, ACTIVITY_SPREAD, count) + 0.3 * (member < 0.348))
    idle = rng.permutation(count)[: round(NEVER_BUY * count)]
    activity[idle] = 0
    frame = pd.DataFrame(
        {
            "customer_id": as_text(ids),
            "FN": np.where(member < 0.348, "1.0", ""),
            "Active": np.where(member < 0.338, "1.0", ""),
            "club_member_status": _club(rng, count),
            "fashion_news_frequency": _news(rng, member),
            "age": np.where(rng.random(count) < 0.0116, "", age.astype(str)),
            "postal_code": _postal_codes(rng, count),
        }
    )
    return Customers(frame, ids, cluster_of_age(rng, tastes, age), activity)
