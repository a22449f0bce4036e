"""Embeds the new and changed pictures of a folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catalog.images.library import picture_path, survey
from recommendations.vision import store
from recommendations.vision.colours import dominant_colours
from recommendations.vision.encoder import Encoder
from recommendations.vision.pictures import PictureError, opened
from recommendations.vision.store import Embedded, Fingerprint

# Pictures per write: the most that a crash can lose.
BATCH: Final = 256


@dataclass(frozen=True)
class Summary:
    """The articles whose pictures were `embedded` now, `kept` from before, or are `broken`."""

    embedded: int
    unchanged: int
    broken: list[int]


def embed_pictures(
    images: Path, folder: Path, encoder: Encoder, progress: Callable[[int, int], None]
) -> Summary:
    """Add missing vectors to `folder`; `progress` gets the numbers of done and total."""
    known = store.read(folder).fingerprints()
    articles = sorted(survey(images).articles)
    todo = [
        (article, state)
        for article in articles
        if (state := fingerprint(images, article)) is not None and known.get(article) != state
    ]
    done, broken, batch = 0, [], []
    for number, (article, state) in enumerate(todo, start=1):
        try:
            batch.append(embedded(images, article, state, encoder))
        except PictureError:
            broken.append(article)
        if len(batch) == BATCH or (batch and number == len(todo)):
            store.append(folder, batch)
            done += len(batch)
            batch = []
        progress(number, len(todo))
    return Summary(done, len(articles) - len(todo), broken)


def fingerprint(images: Path, article: int) -> Fingerprint | None:
    """None for a file deleted meanwhile."""
    try:
        state = picture_path(images, article).stat()
    except OSError:
        return None
    return Fingerprint(state.st_size, state.st_mtime_ns)


def embedded(images: Path, article: int, state: Fingerprint, encoder: Encoder) -> Embedded:
    picture = opened(picture_path(images, article))
    return Embedded(article, state, encoder.vector(picture), dominant_colours(picture))
