"""Team-draft interleaving: one shelf from two rankings; a click is a vote for the item's ranking.

Radlinski, Kurup, Joachims, "How does clickthrough data reflect retrieval quality?", CIKM 2008.
"""

from collections.abc import Sequence
from random import Random

from recommendations.recommenders.shelf import Item


def draft(
    control: Sequence[Item], challenger: Sequence[Item], k: int, dice: Random
) -> tuple[list[Item], int]:
    """Up to k items, and a number whose bit n is set if position n is the challenger's."""
    rankings = {False: list(control), True: list(challenger)}
    picks = {False: 0, True: 0}
    shelf: list[Item] = []
    teams = 0
    while len(shelf) < k and any(rankings.values()):
        turn = picks[True] < picks[False] or (picks[True] == picks[False] and dice.random() < 0.5)
        if not rankings[turn]:
            turn = not turn
        item = rankings[turn].pop(0)
        teams |= turn << len(shelf)
        picks[turn] += 1
        shelf.append(item)
        for ranking in rankings.values():
            ranking[:] = [other for other in ranking if other.article != item.article]
    return shelf, teams
