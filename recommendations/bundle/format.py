"""The format of a bundle: a folder of arrays and a manifest that describes them.

Rows are articles sorted by key; lists hold rows, padded with -1. Days count from 1970-01-01, -1
means never. Prices are in the files' unit.
"""

from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from recommendations.bundle.outfit_format import ARRAYS as OUTFIT_ARRAYS

# A process rejects a bundle of another format and keeps its current one.
FORMAT: Final = 8
MANIFEST: Final = "manifest.json"

# name: (dtype, dimensions)
ARRAYS: Final[dict[str, tuple[str, int]]] = (
    {
        "article": ("int32", 1),
        "product": ("int32", 1),
        "design": ("int32", 1),
        "product_type": ("int32", 1),
        "garment_group": ("int32", 1),
        "index_group": ("int32", 1),
        "colour_master": ("int32", 1),
        "colour": ("int32", 1),
        "appearance": ("int32", 1),
        "section": ("int32", 1),
        "department": ("int32", 1),
        "price": ("float32", 1),
        "first_sold": ("int32", 1),
        "last_sold": ("int32", 1),
        "on_sale": ("bool", 1),
        "names": ("uint8", 1),
        "name_ends": ("int64", 1),
        "vectors": ("float32", 2),
        "look": ("float32", 2),
        "look_colours": ("float32", 2),
        "look_middle": ("float32", 1),
        "look_axes": ("float32", 2),
        "look_neighbours": ("int32", 2),
        "look_neighbour_scores": ("float32", 2),
        "neighbours": ("int32", 2),
        "neighbour_scores": ("float32", 2),
        "standing": ("float32", 1),
        "sold": ("float32", 2),
        "sold_online": ("float32", 1),
        "buyer_age": ("float32", 1),
        "ranker": ("uint8", 1),
        "ranker_report": ("uint8", 1),
        "live_ranker": ("uint8", 1),
        "live_ranker_report": ("uint8", 1),
        "colours": ("int32", 2),
        "together_rows": ("int32", 2),
        "together_scores": ("float32", 2),
        "also_rows": ("int32", 2),
        "also_scores": ("float32", 2),
        "customer_customer": ("int32", 1),
        "customer_band": ("int32", 1),
        "customer_online": ("float32", 1),
        "customer_ends": ("int64", 1),
        "customer_rows": ("int32", 1),
        "customer_days": ("int32", 1),
    }
    | {
        f"{name}_{part}": kind
        for name in (
            "popular",
            "popular_by_index_group",
            "popular_by_department",
            "popular_by_age",
            "popular_by_channel",
            "new",
            "new_by_index_group",
        )
        for part, kind in (
            ("keys", ("int32", 1)),
            ("rows", ("int32", 2)),
            ("scores", ("float32", 2)),
        )
    }
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


def to_json(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def as_builtins(manifest: Manifest) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(manifest)
    return plain


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
