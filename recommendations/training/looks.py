"""Look vectors: the pictures' vectors in a bundle, and articles similar in look and in content."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from recommendations.dataset.inputs import Flags, Floats, History, Ints, Progress, Sales
from recommendations.dataset.parts import Arrays, Parts
from recommendations.dataset.sampling import Hashes, hashes
from recommendations.training.neighbours import Neighbours, neighbours_of
from recommendations.vision import store
from recommendations.vision.colours import COLOURS, PARTS
from recommendations.vision.network import FEATURES
from recommendations.vision.projection import DIMENSIONS, projection_of

# With fewer pictures the principal directions are meaningless.
ENOUGH: Final = 20
# Candidate weights of look against content; the best one is used. Higher ones retrieve even more of
# what the same customers buy, but "similar" then mixes types and colours.
SHARES: Final = (0.0, 0.15, 0.3, 0.45)
PAIRS: Final = 1500
AT: Final = 12
RIDGE: Final = 1.0


def look_arrays(history: History, folder: Path, seed: int, progress: Progress) -> Arrays:
    """The vectors from `embed_pictures`, one row per article, zero without a picture."""
    found = store.read(folder)
    articles = history.articles["article"].to_numpy(np.int32)
    own = np.searchsorted(found.article, articles).clip(max=max(len(found.article) - 1, 0))
    known = found.article[own] == articles if len(found.article) else np.zeros(len(own), np.bool_)
    if known.sum() < ENOUGH:
        progress("no pictures are embedded: likeness is of kind alone")
        return no_looks(len(articles))
    projection = projection_of(found.vectors[own[known]], seed)
    look = np.zeros((len(articles), DIMENSIONS), np.float32)
    look[known] = projection.of(found.vectors[own[known]].astype(np.float32))
    colours = np.zeros((len(articles), COLOURS * PARTS), np.float32)
    colours[known] = found.colours[own[known]].reshape(-1, COLOURS * PARTS)
    progress(f"pictures of {int(known.sum()):,} articles")
    return {
        "look": look,
        "look_colours": colours,
        "look_middle": projection.middle,
        "look_axes": projection.axes,
    }


def no_looks(articles: int) -> Arrays:
    return {
        "look": np.zeros((articles, 0), np.float32),
        "look_colours": np.zeros((articles, 0), np.float32),
        "look_middle": np.zeros(0, np.float32),
        "look_axes": np.zeros((FEATURES, 0), np.float32),
    }


def joined(vectors: Floats, look: Floats, share: float) -> Floats:
    """Unit rows whose dot product is `share` of look and the rest of content.

    An article without a picture gets the look predicted from its content.
    """
    if look.shape[1] == 0 or share == 0.0:
        return vectors
    seen = np.abs(look).sum(axis=1) > 0
    gram = vectors[seen].T @ vectors[seen] + RIDGE * np.eye(vectors.shape[1], dtype=np.float32)
    guessed = vectors @ np.linalg.solve(gram, vectors[seen].T @ look[seen])
    whole = np.where(seen[:, None], look, guessed)
    whole /= np.maximum(np.linalg.norm(whole, axis=1, keepdims=True), 1e-12)
    found: Floats = np.hstack([np.sqrt(1 - share) * vectors, np.sqrt(share) * whole])
    return found.astype(np.float32)


def share_of_look(
    vectors: Floats, look: Floats, design: Ints, on_sale: Flags, parts: Parts[Sales], seed: int
) -> float:
    """The share that puts most of what the same customers buy among the AT nearest."""
    if look.shape[1] == 0:
        return 0.0
    left, right = bought_by_the_same(parts, design, on_sale, seed)
    if len(left) == 0:
        return 0.0
    pool = np.flatnonzero(on_sale)
    recall = {}
    for share in SHARES:
        whole = joined(vectors, look, share)
        cosines = whole[left] @ whole[pool].T
        cosines[design[left][:, None] == design[pool]] = -1.0
        target = (whole[left] * whole[right]).sum(axis=1)
        recall[share] = float(((cosines > target[:, None] + 1e-6).sum(axis=1) < AT).mean())
    return max(SHARES, key=lambda share: recall[share])


def bought_by_the_same(
    parts: Parts[Sales], design: Ints, on_sale: Flags, seed: int
) -> tuple[Ints, Ints]:
    """PAIRS random pairs of articles on sale, of two designs, that one customer bought one after
    the other."""
    pairs = partial(pairs_of, design=design, on_sale=on_sale, seed=seed)
    _, left, right = parts.gathered(pairs, of_parts)
    return left, right


Pairs = tuple[Hashes, Ints, Ints]


def pairs_of(sales: Sales, design: Ints, on_sale: Flags, seed: int) -> Pairs:
    order = np.lexsort((sales.row, sales.day, sales.customer))
    customer, row, day = sales.customer[order], sales.row[order], sales.day[order]
    left, right = row[:-1], row[1:]
    kept = (customer[:-1] == customer[1:]) & (design[left] != design[right])
    places = np.flatnonzero(kept & on_sale[left] & on_sale[right])
    columns = [column[places] for column in (customer, left, right, day)]
    return of_parts([(hashes(*columns, seed=seed), left[places], right[places])])


def of_parts(pairs: Sequence[Pairs]) -> Pairs:
    """A sample of all parts' pairs, in the order of the hashes."""
    hashed, left, right = (np.concatenate(columns) for columns in zip(*pairs, strict=True))
    kept = np.argsort(hashed, kind="stable")[:PAIRS]
    return hashed[kept], left[kept], right[kept]


def similar_in_look(look: Floats, design: Ints, on_sale: Flags, progress: Progress) -> Neighbours:
    """The nearest by look alone, of articles with a picture."""
    seen = np.abs(look).sum(axis=1) > 0
    if not seen.any():
        return Neighbours(
            np.full((len(look), 0), -1, np.int32), np.zeros((len(look), 0), np.float32)
        )
    found = neighbours_of(look, design, on_sale & seen, progress)
    rows = np.where(seen[:, None], found.rows, -1)[:, : 2 * AT]
    return Neighbours(rows.astype(np.int32), found.scores[:, : 2 * AT])
