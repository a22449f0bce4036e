"""Scores questions from a file: which choice fits the bag, and the best complements of all."""

from collections.abc import Iterable, Iterator

import msgspec
import numpy as np

from recommendations.outfits.search import Wardrobe, listed
from recommendations.outfits.shortlist import NONE

TOP = 60
# For an unknown choice: below every score an article can get.
UNKNOWN_SCORE = -1000.0

Key = int | str


class QuestionError(ValueError):
    """A line isn't a valid question; the message names the line and the field."""


class Line(msgspec.Struct, frozen=True):
    """One question: article ids as text or numbers."""

    id: Key
    bag: list[Key]
    choices: list[Key] = []


class Answer(msgspec.Struct, frozen=True):
    """A score per choice, and the TOP article ids that complement the bag, best first."""

    id: Key
    scores: list[float]
    top: list[str]


def questions(lines: Iterable[tuple[int, bytes]]) -> Iterator[Line]:
    """The questions of numbered JSON lines. Raise QuestionError."""
    for number, line in lines:
        try:
            yield msgspec.json.decode(line, type=Line)
        except msgspec.DecodeError as error:
            raise QuestionError(f"line {number}: {error}") from error


def answer(wardrobe: Wardrobe, question: Line) -> Answer:
    """Unknown articles in the bag are skipped; an unknown choice scores UNKNOWN_SCORE."""
    bag = wardrobe.rows_of([key_of(text) for text in question.bag])
    bag = np.unique(bag[bag != NONE])
    choices = wardrobe.rows_of([key_of(text) for text in question.choices])
    known = choices != NONE
    scores = np.full(len(choices), UNKNOWN_SCORE)
    model = wardrobe.model
    rows = choices[known]
    scores[known] = model.of_bag(bag, rows) if len(bag) else model.popularity[rows]
    top = listed(wardrobe, bag, TOP)
    ids = [f"{key:010d}" for key in wardrobe.article[top.rows].tolist()]
    return Answer(question.id, scores.tolist(), ids)


def key_of(article: Key) -> int:
    """The number of an article id; -1, which no article has, for an invalid one."""
    try:
        key = int(article)
    except ValueError:
        return -1
    return key if 0 < key < 2**31 else -1
