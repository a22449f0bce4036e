"""The articles' sentence vectors: one for each distinct text, in a file that processes map."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from django.conf import settings

from catalog.networks.onnx_models import Floats
from catalog.search.facet_index import FacetIndex, article_texts, facet_index
from catalog.search.meaning.encoder import Encoder, installed
from catalog.search.meaning.network import SIZE
from web.cache import bounded, per_owner
from web.files import replacing

# One array, so that keys and vectors can't come from different writes: each row is the key of a
# text, in the place of two numbers, and its vector.
STORE: Final = "texts.npy"
KEY: Final = 2
CHUNK: Final = 512
BATCH: Final = 64
Keys = npt.NDArray[np.uint64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Meanings:
    """`vectors` of the distinct texts, and the text of each row of the assortment (-1: none)."""

    vectors: Floats
    text: npt.NDArray[np.int32]

    def likeness(self, query: str) -> Floats:
        """Each row's cosine with the query; -1 without a vector."""
        found = self.vectors @ encoder().vectors([query])[0]
        likeness: Floats = np.append(found, np.float32(-1))[self.text]
        return likeness


@per_owner(1)
def meanings(goods: FacetIndex) -> Meanings | None:
    """None unless the extra is installed and `embed_texts` has run."""
    folder = Path(settings.MEANING_DIR)
    if not (installed() and (folder / STORE).exists()):
        return None
    keys, vectors = stored(folder)
    distinct, place = sentences(goods)
    own = np.array([key(text) for text in distinct], np.uint64)
    at = np.searchsorted(keys, own).clip(max=len(keys) - 1)
    row = np.where(keys[at] == own, at, -1).astype(np.int32)
    return Meanings(vectors, row[place])


@bounded(1)
def encoder() -> Encoder:
    return Encoder(Path(settings.MEANING_DIR))


def sentences(goods: FacetIndex) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The distinct texts, and each row's: its kind, whom it is for, and its description. Names are
    left out: most are given names, which would only mislead."""
    _names, descriptions = article_texts()
    terms = [
        [goods.names[name].get(value, "") for value in goods.of(column).tolist()]
        for name, column in (("types", "type"), ("sections", "section"))
    ]
    every = [
        f"{kind}, {section}. {text}"
        for kind, section, text in zip(*terms, descriptions, strict=True)
    ]
    distinct = {text: place for place, text in enumerate(dict.fromkeys(every))}
    return list(distinct), np.array([distinct[text] for text in every])


def key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())


def stored(folder: Path) -> tuple[Keys, Floats]:
    """Sorted keys, and the vectors in their order, mapped."""
    if not (folder / STORE).exists():
        return np.zeros(0, np.uint64), np.zeros((0, SIZE), np.float32)
    rows = np.load(folder / STORE, mmap_mode="r")
    return np.ascontiguousarray(rows[:, :KEY]).view(np.uint64)[:, 0], rows[:, KEY:]


def embed(folder: Path, threads: int, progress: Progress) -> int:
    """Embed the texts that have no vector yet, and return their number. What is finished is kept
    if it is interrupted."""
    keys, vectors = stored(folder)
    had = set(keys.tolist())
    missing = [text for text in _best_sellers_first(facet_index()) if key(text) not in had]
    if not missing:
        return 0
    encoder = Encoder(folder, threads)
    progress(0, len(missing))
    for done, (new, found) in enumerate(_embedded(missing, encoder), 1):
        keys, vectors = np.concatenate([keys, new]), np.concatenate([vectors, found])
        order = np.argsort(keys)
        keys, vectors = keys[order], vectors[order]
        _write(folder, keys, vectors)
        progress(min(done * CHUNK, len(missing)), len(missing))
    return len(missing)


def _best_sellers_first(goods: FacetIndex) -> list[str]:
    distinct, place = sentences(goods)
    ordered = place[goods.orders["popular"]].tolist()
    return [distinct[text] for text in dict.fromkeys(ordered)]


def _embedded(texts: Sequence[str], encoder: Encoder) -> Iterator[tuple[Keys, Floats]]:
    """In chunks. Texts of similar length go together, as shorter ones are padded."""
    for start in range(0, len(texts), CHUNK):
        chunk = sorted(texts[start : start + CHUNK], key=len)
        found = [encoder.vectors(chunk[at : at + BATCH]) for at in range(0, len(chunk), BATCH)]
        yield np.array([key(text) for text in chunk], np.uint64), np.concatenate(found)


def _write(folder: Path, keys: Keys, vectors: Floats) -> None:
    with replacing(folder / STORE) as draft, draft.open("wb") as file:
        np.save(file, np.hstack([keys[:, None].view(np.float32), vectors]))
