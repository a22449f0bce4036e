"""Reading a bundle: memory-mapped, read-only, shared by all processes of a machine."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from recommendations.bundle.format import (
    ARRAYS,
    FORMAT,
    MANIFEST,
    BundleError,
    File,
    Manifest,
    live_report_of,
    report_of,
)
from recommendations.bundle.writer import checksum
from web.arrays import Array, Arrays

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

ABSENT = -1
BETWEEN_MODELS: Final = "\0"

# NumPy evaluates a file's header as Python, which may raise SystemError in older CPython versions
# when two threads do it at once (python/cpython#106905).
_parsing = threading.Lock()


@dataclass(frozen=True)
class Lists:
    """For each key a list of rows, best first, with their scores."""

    keys: Ints
    rows: Ints
    scores: Floats

    def of(self, key: int) -> tuple[Ints, Floats]:
        """The rows of `key` and their scores; both empty for an unknown key."""
        return self._by_key.get(key) or (self.rows[0, :0], self.scores[0, :0])

    @cached_property
    def _by_key(self) -> dict[int, tuple[Ints, Floats]]:
        """There are only a few keys, each looked up often."""
        lengths = np.count_nonzero(self.rows != ABSENT, axis=1).tolist()
        lists = zip(self.keys.tolist(), self.rows, self.scores, lengths, strict=True)
        return {key: (rows[:length], scores[:length]) for key, rows, scores, length in lists}


@dataclass(frozen=True)
class Customer:
    """What the bundle knows of a customer: last purchases (newest first; days since 1970), the
    lower bound of their age band, the share they buy online."""

    rows: Ints
    days: Ints
    band: int
    online: float


@dataclass(frozen=True)
class ManyCustomers:
    """What the bundle knows of several customers: row, day and `owner` (a position among those
    asked for) of each purchase, then age band and share online of each customer (ABSENT and NaN for
    an unknown one)."""

    rows: Ints
    days: Ints
    owner: Ints
    band: Ints
    online: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Customers:
    """Everybody who bought within a year, in the layout of `dataset.history.Histories`."""

    key: Ints
    band: Ints
    online: Floats
    ends: npt.NDArray[np.int64]
    rows: Ints
    days: Ints

    def of(self, key: int) -> Customer | None:
        place = int(np.searchsorted(self.key, key))
        if place == len(self.key) or self.key[place] != key:
            return None
        start, end = int(self.ends[place - 1]) if place else 0, int(self.ends[place])
        return Customer(
            self.rows[start:end],
            self.days[start:end],
            int(self.band[place]),
            float(self.online[place]),
        )

    def many(self, keys: Ints) -> ManyCustomers:
        asked = np.flatnonzero(np.isin(keys, self.key))
        place = self.key.searchsorted(keys[asked])
        ends = self.ends[place]
        sizes = ends - np.where(place > 0, self.ends[place - 1], 0)
        before = sizes.cumsum() - sizes
        each = np.arange(sizes.sum()) + (ends - sizes - before).repeat(sizes)
        band = np.full(len(keys), ABSENT, np.int32)
        online = np.full(len(keys), np.nan)
        band[asked], online[asked] = self.band[place], self.online[place]
        owner = asked.repeat(sizes).astype(np.int32)
        return ManyCustomers(self.rows[each], self.days[each], owner, band, online)


class Bundle:
    """The arrays of one version, as `bundle.format` declares them; thread-safe."""

    # The arrays that are used as they are.
    article: Ints
    product: Ints
    design: Ints
    product_type: Ints
    garment_group: Ints
    colour_master: Ints
    colour: Ints
    appearance: Ints
    section: Ints
    department: Ints
    index_group: Ints
    on_sale: npt.NDArray[np.bool_]
    neighbours: Ints
    neighbour_scores: Floats
    vectors: Floats
    look: Floats
    look_colours: Floats
    standing: Floats
    price: Floats
    sold: Floats
    sold_online: Floats
    buyer_age: Floats
    ranker: npt.NDArray[np.uint8]
    live_ranker: npt.NDArray[np.uint8]
    first_sold: Ints
    last_sold: Ints
    colours: Ints

    def __init__(self, manifest: Manifest, arrays: Arrays) -> None:
        self.version = manifest.version
        self.manifest = manifest
        self.arrays = arrays
        vars(self).update({name: arrays[name] for name in MAPPED})
        self.look_neighbours = (arrays["look_neighbours"], arrays["look_neighbour_scores"])
        self.ranker_report = report_of(arrays["ranker_report"])
        self.live_ranker_report = live_report_of(arrays["live_ranker_report"])
        self.together = (arrays["together_rows"], arrays["together_scores"])
        self.also = (arrays["also_rows"], arrays["also_scores"])
        own = ("customer", "band", "online", "ends", "rows", "days")
        self.customers = Customers(*(arrays[f"customer_{name}"] for name in own))
        self.as_of_day = (date.fromisoformat(manifest.as_of) - date(1970, 1, 1)).days
        self.popular = lists(arrays, "popular")
        self.popular_by_index_group = lists(arrays, "popular_by_index_group")
        self.popular_by_age = lists(arrays, "popular_by_age")
        self.popular_by_channel = lists(arrays, "popular_by_channel")
        self.popular_by_department = lists(arrays, "popular_by_department")
        self.new = lists(arrays, "new")
        self.new_by_index_group = lists(arrays, "new_by_index_group")
        self._names: npt.NDArray[np.uint8] = arrays["names"]
        self._name_ends: npt.NDArray[np.int64] = arrays["name_ends"]

    @cached_property
    def boosters(self) -> list[Any]:
        return boosters_of(self.ranker)

    @cached_property
    def live_boosters(self) -> list[Any]:
        return boosters_of(self.live_ranker)

    def rows_of(self, articles: npt.ArrayLike) -> Ints:
        """The row of each article key, ABSENT for an unknown one."""
        # In the array's own type; otherwise each search would convert the whole array.
        keys = np.asarray(articles, self.article.dtype)
        if not len(keys):
            return np.zeros(0, np.int32)
        place = self.article.searchsorted(keys)
        known = self.article.take(place, mode="clip") == keys
        return np.where(known, place, ABSENT).astype(np.int32)

    def row_of(self, article: int) -> int:
        key = self.article.dtype.type(article)
        place = int(self.article.searchsorted(key))
        return place if place < len(self.article) and self.article[place] == key else ABSENT

    def name(self, row: int) -> str:
        start = int(self._name_ends[row - 1]) if row else 0
        return self._names[start : int(self._name_ends[row])].tobytes().decode()


def boosters_of(texts: npt.NDArray[np.uint8]) -> list[Any]:
    """The models of a ranker, whose scores are averaged; LightGBM is loaded only where one is
    used."""
    import lightgbm

    return [
        lightgbm.Booster(model_str=text, params={"num_threads": 1})
        for text in texts.tobytes().decode().split(BETWEEN_MODELS)
    ]


def texts_of(boosters: Iterable[Any]) -> npt.NDArray[np.uint8]:
    """The models as a bundle stores them."""
    texts = BETWEEN_MODELS.join(booster.model_to_string() for booster in boosters)
    return np.frombuffer(texts.encode(), np.uint8)


def lists(arrays: Arrays, name: str) -> Lists:
    return Lists(arrays[f"{name}_keys"], arrays[f"{name}_rows"], arrays[f"{name}_scores"])


def open_bundle(folder: Path) -> Bundle:
    """Map a bundle after checking sizes, types and shapes; contents are checked by `verify`.

    Raise BundleError.
    """
    manifest = read_manifest(folder)
    arrays = {name: open_array(folder, name, manifest.files[name]) for name in ARRAYS}
    return Bundle(manifest, arrays)


def read_manifest(folder: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise BundleError(f"{folder / MANIFEST}: {error}") from error
    if manifest.format != FORMAT:
        raise BundleError(
            f"{folder}: bundle format {manifest.format} is not supported, expected {FORMAT}"
        )
    missing = sorted(ARRAYS.keys() - manifest.files.keys())
    if missing:
        raise BundleError(f"{folder / MANIFEST}: does not list {', '.join(missing)}")
    return manifest


def open_array(folder: Path, name: str, file: File) -> Array:
    path = folder / f"{name}.npy"
    try:
        if path.stat().st_size != file.size:
            raise BundleError(f"{path} has {path.stat().st_size} bytes, expected {file.size}")
        with _parsing:
            mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise BundleError(f"{path}: {error}") from error
    # A plain view: small operations on the subclass np.memmap are slower.
    array: Array = np.asarray(mapped)
    if (array.dtype.name, array.ndim) != ARRAYS[name] or list(array.shape) != file.shape:
        raise BundleError(
            f"{path} contains {array.dtype} {array.shape}, which is not what the manifest declares"
        )
    return array


def verify(folder: Path) -> Manifest:
    """Read the whole bundle and check every checksum. Raise BundleError."""
    open_bundle(folder)
    manifest = read_manifest(folder)
    for name in ARRAYS:
        if checksum(folder / f"{name}.npy") != manifest.files[name].sha256:
            raise BundleError(f"{folder / name}.npy: its checksum differs from the manifest's")
    return manifest


MAPPED: Final = tuple(Bundle.__annotations__)
