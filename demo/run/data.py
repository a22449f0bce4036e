"""The demo's data: an H&M folder, or a synthetic data set of a chosen size."""

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Scale:
    """Size of a synthetic data set, in rows."""

    articles: int
    customers: int
    transactions: int


SCALES = {
    "tiny": Scale(articles=400, customers=600, transactions=15_000),
    "small": Scale(articles=2_000, customers=5_000, transactions=100_000),
    "medium": Scale(articles=20_000, customers=100_000, transactions=2_000_000),
}
DEFAULT_SCALE = "small"
# Parts that can be left out, to see which checks notice.
PARTS = ("stream", "kafka", "model")


@dataclass(frozen=True)
class DataSet:
    """A folder of H&M files, and the folder for everything made from it."""

    folder: Path
    var: Path
    scale: Scale | None = None

    @property
    def label(self) -> str:
        """What the shop's footer states about the data."""
        return (
            "Synthetic data: every product, picture and customer is generated."
            if self.scale
            else ""
        )

    def generate_arguments(self) -> list[str]:
        """Arguments for `generate_hm` to create this data set."""
        rows = [f"--{name}={count}" for name, count in vars(self.scale).items()]
        return ["generate_hm", f"--out={self.folder}", "--seed=1", "--images", *rows]


def data_set(var: Path, data_dir: str | None, scale: str) -> DataSet:
    """Each data set has its own services and state, so trying another one loses nothing."""
    if data_dir:
        folder = Path(data_dir).resolve()
        digest = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
        return DataSet(folder, var / f"hm-{digest}")
    own = var if scale == DEFAULT_SCALE else var / scale
    return DataSet(own / "data", own, SCALES[scale])
