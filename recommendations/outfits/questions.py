"""Questions with known answers: a real basket with one article hidden, and decoys for it."""

from dataclasses import dataclass

import numpy as np

from recommendations.outfits.baskets import Baskets
from recommendations.training.inputs import Floats, Ints

# Wrong choices come from this many places above and below the right one among the best sellers of
# its slot.
NEARBY = 10


@dataclass(frozen=True)
class Question:
    """`bag` is what is left of a basket, `hidden` what was taken out: the only one of its slot."""

    bag: Ints
    hidden: int


def questions_of(baskets: Baskets, slot: Ints, most: int, seed: int) -> list[Question]:
    """One question of each basket of two slots or more; a random `most` of the baskets."""
    rng = np.random.default_rng(seed)
    found: list[Question] = []
    starts, rows = baskets.items.indptr, baskets.items.indices
    for number in rng.permutation(len(baskets.day)):
        if len(found) == most:
            break
        basket = rows[starts[number] : starts[number + 1]]
        slots = slot[basket]
        single = np.flatnonzero((slots[:, None] == slots).sum(axis=1) == 1)
        if len(single) and len(basket) > 1:
            at = rng.choice(single)
            found.append(Question(np.delete(basket, at).astype(np.int32), int(basket[at])))
    return found


class Decoys:
    """Articles as popular as another one of the same slot, by the sales of the same week."""

    def __init__(self, slot: Ints, sold: Floats, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._slot = slot
        # Equally sold ones come in random order, so that keys say nothing.
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
