"""Questions with known answers: a real basket with one article hidden, and decoys for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from operator import itemgetter

import numpy as np

from recommendations.dataset.sampling import hashes
from recommendations.training.outfits.baskets import Baskets
from web.arrays import Floats, Ints

# Decoys come from this many ranks above and below the right answer among its slot's best sellers.
NEARBY = 10


@dataclass(frozen=True)
class Question:
    """`bag` is the rest of a basket, `hidden` the removed article: the only one of its slot."""

    bag: Ints
    hidden: int


def questions_by_basket(
    baskets: Baskets, slot: Ints, most: int, rng: np.random.Generator
) -> Iterator[list[Question]]:
    """All questions of each basket with two slots or more; a random `most` of the baskets."""
    starts, rows = baskets.items.indptr, baskets.items.indices
    order = rng.permutation(len(baskets.day)).tolist()
    found = (questions_of(rows[starts[n] : starts[n + 1]], slot) for n in order)
    return islice(filter(None, found), most)


def questions_of(basket: Ints, slot: Ints) -> list[Question]:
    slots = slot[basket]
    single = np.flatnonzero((slots[:, None] == slots).sum(axis=1) == 1) if len(basket) > 1 else ()
    return [Question(np.delete(basket, at).astype(np.int32), int(basket[at])) for at in single]


# A question with the hash of its basket, which orders a sample.
Drawn = list[tuple[int, Question]]


def one_per_basket(baskets: Baskets, slot: Ints, most: int, seed: int) -> Drawn:
    """Like questions_by_basket, but one random question per basket, whatever other baskets there
    are: the sample of several parts is that of their samples (of_parts)."""
    starts, rows = baskets.items.indptr, baskets.items.indices
    hashed = hashes(baskets.day, baskets.customer, seed=seed)
    found: Drawn = []
    for place in np.argsort(hashed, kind="stable").tolist():
        own = questions_of(rows[starts[place] : starts[place + 1]], slot)
        if own:
            # The order of baskets uses the high bits.
            found.append((int(hashed[place]), own[int(hashed[place]) % len(own)]))
        if len(found) == most:
            break
    return found


def of_parts(drawn: Sequence[Drawn], most: int) -> Drawn:
    return sorted(chain.from_iterable(drawn), key=itemgetter(0))[:most]


class Decoys:
    """Articles of the same slot with similar popularity, by the sales of the same week."""

    def __init__(self, slot: Ints, sold: Floats, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._slot = slot
        # Ties are shuffled, so that keys carry no information.
        order = np.lexsort((self._rng.random(len(slot)), -sold))
        order = order[sold[order] > 0]
        self._ranked = {number: order[slot[order] == number] for number in np.unique(slot).tolist()}
        self._place = np.zeros(len(slot), np.int32)
        for ranked in self._ranked.values():
            self._place[ranked] = np.arange(len(ranked))

    def of(self, question: Question, count: int) -> Ints:
        """Up to `count` articles near the hidden one's rank that aren't in the basket."""
        ranked = self._ranked[int(self._slot[question.hidden])]
        place = int(self._place[question.hidden])
        near = ranked[max(place - NEARBY, 0) : place + NEARBY + 1]
        near = near[~np.isin(near, question.bag) & (near != question.hidden)]
        found: Ints = self._rng.permutation(near)[:count].astype(np.int32)
        return found
