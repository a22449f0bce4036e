"""The format of a bundle: a folder of arrays and a manifest that describes them.

Rows are articles sorted by key; lists hold rows, padded with -1. Days count from 1970-01-01, -1
means never. Prices are in the files' unit.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

# A process rejects a bundle of another format and keeps its current one.
FORMAT: Final = 10
MANIFEST: Final = "manifest.json"

LISTS: Final = (
    "popular", "popular_by_index_group", "popular_by_department", "popular_by_age",
    "popular_by_channel", "new", "new_by_index_group",
)  # fmt: skip


def _named(*kinds: tuple[str, int, str]) -> dict[str, tuple[str, int]]:
    """Name → (dtype, dimensions), of groups of names."""
    return {name: (dtype, size) for dtype, size, names in kinds for name in names.split()}


def _of_each(prefixes: Iterable[str], *kinds: tuple[str, int, str]) -> dict[str, tuple[str, int]]:
    parts = _named(*kinds).items()
    return {f"{prefix}_{part}": kind for prefix in prefixes for part, kind in parts}


# `outfits.model.Model` and `outfits.search.Wardrobe` explain these.
OUTFIT_ARRAYS: Final = _of_each(
    ["outfit"],
    ("bool", 1, "patterned filler"),
    ("uint8", 1, "table_names weight_names"),
    ("int32", 1, "slot product_row occasions occasion within pool pool_ends list_line"),
    ("int32", 2, "groups agree lists"),
    ("float32", 1, "tables online popularity weights ranking appeal"),
) | _of_each(
    ["outfit_article", "outfit_product"],
    ("int64", 1, "starts"), ("int32", 1, "columns"), ("float32", 1, "lift count"),
)  # fmt: skip
ARRAYS: Final = (
    _named(
        ("bool", 1, "on_sale"),
        ("uint8", 1, "names ranker ranker_report live_ranker live_ranker_report"),
        ("int32", 1, "article product design product_type garment_group index_group colour_master"),
        ("int32", 1, "colour appearance section department first_sold last_sold"),
        ("int32", 1, "customer_customer customer_band customer_rows customer_days"),
        ("int32", 2, "look_neighbours neighbours colours together_rows also_rows"),
        ("int64", 1, "name_ends customer_ends"),
        ("float32", 1, "price look_middle standing sold_online buyer_age customer_online"),
        ("float32", 2, "vectors look look_colours look_axes look_neighbour_scores"),
        ("float32", 2, "neighbour_scores sold together_scores also_scores"),
    )
    | _of_each(LISTS, ("int32", 1, "keys"), ("int32", 2, "rows"), ("float32", 2, "scores"))
    | OUTFIT_ARRAYS
)


class BundleError(Exception):
    """A bundle is missing, truncated, altered, or of another format; the message says which."""


class File(msgspec.Struct, frozen=True):
    """One array file: checksum, size in bytes, array type and shape."""

    sha256: str
    size: int
    dtype: str
    shape: list[int]


class RankerReport(msgspec.Struct, frozen=True, kw_only=True):
    """How the learned ranker was trained and whether it was chosen.

    `slices` are the as-of days of its training examples, a day or a week apart (`slice_days`);
    `horizons` are the numbers of days ahead that were predicted, `depth` how many of the blend's
    first candidates are reordered. The trial compares it with the blend on the newest slices, each
    predicted by a ranker trained on older ones: MAP@12 of `trial_customers` customers and the 95 %
    interval of the paired difference. `calibration` is the slope and intercept of the logistic
    curve from its scores to the probability of a purchase.
    """

    decision: str
    chosen: bool = False
    slice_days: int = 0
    slices: list[str] = []
    horizons: list[int] = []
    depth: int = 50
    examples: int = 0
    trial_customers: int = 0
    blend_map12: float = 0.0
    ranker_map12: float = 0.0
    gain_at_least: float = 0.0
    gain_at_most: float = 0.0
    calibration: list[float] = []

    @property
    def horizon(self) -> int:
        """How many days ahead shelves predict: the longest horizon it was trained on."""
        return max(self.horizons, default=1)

    def chance(self, score: float) -> float | None:
        """Probability of a purchase within the horizon at this score; None if unknown."""
        if not self.calibration:
            return None
        slope, intercept = self.calibration
        return float(1.0 / (1.0 + np.exp(-(slope * score + intercept))))


class LiveRankerReport(RankerReport, frozen=True, kw_only=True):
    """The same of the ranker for shoppers with live actions, trained on `examples` cards of
    `answers` shelves that shoppers saw.

    The trial compares the gain of both orders on the `trial_answers` newest answers (see
    training.live.gain). `attention` is the estimated position bias: the probability of an outcome
    at each position from the first on, relative to the position most cards were seen at.
    """

    answers: int = 0
    trial_answers: int = 0
    blend_gain: float = 0.0
    ranker_gain: float = 0.0
    attention: list[float] = []


NO_RANKER_REPORT: Final = RankerReport(decision="no ranker was trained")
NO_LIVE_RANKER_REPORT: Final = LiveRankerReport(decision="no ranker was trained on shelves")


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`as_of` is the last day of sales in the bundle; times are ISO 8601 in UTC.

    `features` are the model's inputs with their types, `ranker` and `live_ranker` report on the
    training of the rankers.
    """

    format: int
    version: str
    created: str
    as_of: str
    data_fingerprint: str
    code_fingerprint: str
    counts: dict[str, int]
    metrics: dict[str, float]
    features: dict[str, str]
    ranker: RankerReport = NO_RANKER_REPORT
    live_ranker: LiveRankerReport = NO_LIVE_RANKER_REPORT
    files: dict[str, File]


def report_of(array: npt.NDArray[np.uint8]) -> RankerReport:
    """The parsed array `ranker_report` of a bundle."""
    return (
        msgspec.json.decode(array.tobytes(), type=RankerReport) if len(array) else NO_RANKER_REPORT
    )


def live_report_of(array: npt.NDArray[np.uint8]) -> LiveRankerReport:
    """The parsed array `live_ranker_report` of a bundle."""
    return (
        msgspec.json.decode(array.tobytes(), type=LiveRankerReport)
        if len(array)
        else NO_LIVE_RANKER_REPORT
    )


def report_array(report: RankerReport) -> npt.NDArray[np.uint8]:
    return np.frombuffer(msgspec.json.encode(report), np.uint8)
