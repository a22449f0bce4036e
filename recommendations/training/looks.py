"""Look vectors: the pictures' vectors in a bundle, and the nearest by look alone."""

from pathlib import Path
from typing import Final

import numpy as np

from recommendations.dataset.inputs import Flags, Floats, History, Ints, Progress
from recommendations.training.neighbours import Neighbours, neighbours_of
from recommendations.vision import store
from recommendations.vision.colours import COLOURS, PARTS
from recommendations.vision.network import FEATURES
from recommendations.vision.projection import DIMENSIONS, projection_of
from web.arrays import Arrays

# With fewer pictures the principal directions are meaningless.
ENOUGH: Final = 20
# Neighbours stored.
SHOWN: Final = 24


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


def similar_in_look(look: Floats, design: Ints, on_sale: Flags, slot: Ints) -> Neighbours:
    """The nearest of the slot by look alone, of articles with a picture."""
    seen = np.abs(look).sum(axis=1) > 0
    if not seen.any():
        nothing = np.zeros((len(look), 0), np.float32)
        return Neighbours(nothing.astype(np.int32), nothing)
    found = neighbours_of(look, design, on_sale & seen, slot, asked=seen)
    return Neighbours(found.rows[:, :SHOWN], found.scores[:, :SHOWN])
