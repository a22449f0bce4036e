"""The blend: every candidate once, with the sum of its generators' contributions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommendations.ranking.scoring import BUDGET, Ranking, rank
from recommendations.retrieval.candidates import Source
from recommendations.retrieval.generators import Found

CANDIDATES = st.lists(
    st.tuples(
        st.sampled_from(Source),
        st.integers(0, 3),
        st.integers(0, 40),
        st.sampled_from([0.0, 0.25, 0.5, 3.0]),
    ),
    max_size=400,
)


def found_of(candidates: list[tuple[Source, int, int, float]]) -> Found:
    """Candidates (source, owner, row, strength) in the order that the generators give."""
    some = sorted(candidates, key=lambda candidate: candidate[:2])
    source, owner, rows = (np.array([one[n] for one in some], np.int32) for n in range(3))
    return Found(rows, np.array([one[3] for one in some], float), rows + 1000, owner, source)


@given(CANDIDATES, st.sampled_from([5, BUDGET]))
def test_a_row_comes_once_a_shopper_with_its_sum_and_the_generator_that_gave_it_most(
    candidates: list[tuple[Source, int, int, float]], most: int
) -> None:
    ranking = rank(found_of(candidates), most)
    for owner in range(4):
        own = [(source, row, score) for source, one, row, score in candidates if one == owner]
        check_ranking(ranking, owner, own, most)
    assert set(ranking.owner.tolist()) == {owner for _, owner, _, _ in candidates}


def check_ranking(
    ranking: Ranking, owner: int, candidates: list[tuple[Source, int, float]], most: int
) -> None:
    total = {row: sum(s for _, r, s in candidates if r == row) for _, row, _ in candidates}
    best = sorted(total, key=lambda row: (-total[row], row))[:most]
    places = np.flatnonzero(ranking.owner == owner)
    assert ranking.rows[places].tolist() == best
    assert ranking.scores[places].tolist() == [total[row] for row in best]
    assert ranking.cause[places].tolist() == [row + 1000 for row in best]
    for row, place in zip(best, places, strict=True):
        given = dict.fromkeys(Source, 0.0)
        for source, _, score in (one for one in candidates if one[1] == row):
            given[source] += score
        assert ranking.given[place].tolist() == list(given.values())
        most_given = max((score, -source) for source, r, score in candidates if r == row)
        assert ranking.source[place] == -most_given[1]
