"""What the learned ranker looks at, one line per candidate. Pure.

The same function serves training, evaluation, export and requests: a feature that a request can't
know can't be trained on.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import Bundle, Ints
from recommendations.retrieval.candidates import Candidates, Scores, Source
from recommendations.retrieval.profile import Profile

SOLD_DAYS: Final = (1, 3, 7, 14, 28)
SHARED: Final = ("product_type", "garment_group", "index_group", "colour_master", "design")
NAMES: Final = (
    *(source.name.lower() for source in Source),
    "blend",
    "place",
    "days_since_bought",
    *(f"share_of_{name}" for name in SHARED),
    *(f"sold_{days}" for days in SOLD_DAYS),
    "standing",
    "days_since_launch",
    "price",
    "price_gap",
    "buyer_age_gap",
    "actions",
    "days_since_last",
    "online",
)
UNKNOWN: Final = np.nan
MIDDLE_OF_BAND: Final = 5.0

Matrix = npt.NDArray[np.float32]


def features(
    bundle: Bundle,
    profile: Profile,
    found: Mapping[Source, Candidates],
    rows: Ints,
    blend: Scores,
) -> Matrix:
    """len(rows) × len(NAMES); `rows` best first with their `blend` scores; NaN is unknown."""
    columns = [
        *strengths(found, rows),
        blend,
        np.arange(len(rows)),
        since_bought(profile, rows),
        *affinities(bundle, profile, rows),
        *np.log1p(bundle.sold[rows]).T,
        bundle.standing[rows],
        np.where(bundle.first_sold[rows] < 0, UNKNOWN, bundle.as_of_day - bundle.first_sold[rows]),
        bundle.price[rows],
        price_gap(bundle, profile, rows),
        age_gap(bundle, profile, rows),
        *(np.full(len(rows), value) for value in of_shopper(profile)),
    ]
    return np.column_stack(columns).astype(np.float32)


def strengths(found: Mapping[Source, Candidates], rows: Ints) -> list[Scores]:
    """What each generator gave to each row."""
    order = np.argsort(rows)
    columns = []
    for source in Source:
        column = np.zeros(len(rows))
        part = found.get(source)
        if part is not None and len(part):
            place = np.searchsorted(rows, part.rows, sorter=order).clip(max=len(rows) - 1)
            place = order[place]
            hit = rows[place] == part.rows
            np.add.at(column, place[hit], part.scores[hit])
        columns.append(column)
    return columns


def since_bought(profile: Profile, rows: Ints) -> Scores:
    """Days since the shopper bought each row."""
    same = rows[:, None] == profile.rows[None, :]
    days: Scores = np.where(same, profile.days[None, :], np.inf).min(axis=1, initial=np.inf)
    return np.where(np.isinf(days), UNKNOWN, days)


def affinities(bundle: Bundle, profile: Profile, rows: Ints) -> list[Scores]:
    """Of each attribute the share of the shopper's weighed actions on the row's own value."""
    weight = profile.weights
    share = weight / max(float(weight.sum()), 1e-12)
    return [
        (value[rows][:, None] == value[profile.rows][None, :]) @ share
        for value in (getattr(bundle, name) for name in SHARED)
    ]


def price_gap(bundle: Bundle, profile: Profile, rows: Ints) -> Scores:
    """Logarithm of the price over the mean of what the shopper acted on."""
    if len(profile) == 0:
        return np.full(len(rows), UNKNOWN)
    usual = max(float(bundle.price[profile.rows].mean()), 1e-9)
    gap: Scores = np.log(np.maximum(bundle.price[rows].astype(np.float64), 1e-9) / usual)
    return gap


def age_gap(bundle: Bundle, profile: Profile, rows: Ints) -> Scores:
    """Years between an article's mean buyer and the shopper's age band."""
    own = profile.band + MIDDLE_OF_BAND if profile.band > 0 else UNKNOWN
    buyers = bundle.buyer_age[rows].astype(np.float64)
    return np.where(buyers > 0, buyers - own, UNKNOWN)


def of_shopper(profile: Profile) -> tuple[float, float, float]:
    last = float(profile.days.min()) if len(profile) else UNKNOWN
    return float(len(profile)), last, UNKNOWN if profile.online is None else profile.online
