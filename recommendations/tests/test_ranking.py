"""The blend: every candidate once, with the sum of its generators' contributions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommendations.ranking.scoring import BUDGET, rank
from recommendations.retrieval.candidates import Candidates, Source

PARTS = st.lists(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from([0.0, 0.25, 0.5, 3.0])), max_size=60),
    max_size=len(Source),
)


def candidates(pairs: list[tuple[int, float]]) -> Candidates:
    rows = np.array([row for row, _ in pairs], np.int32)
    return Candidates(rows, np.array([score for _, score in pairs], float), rows + 1000, 0 * rows)


@given(PARTS)
def test_a_row_comes_once_with_its_sum_and_the_generator_that_gave_it_most(
    parts: list[list[tuple[int, float]]],
) -> None:
    found = {Source(n): candidates(pairs) for n, pairs in enumerate(parts)}
    every = [(row, score, n) for n, pairs in enumerate(parts) for row, score in pairs]
    total = {row: sum(s for r, s, _ in every if r == row) for row, *_ in every}
    ranking = rank(found)
    best = sorted(total, key=lambda row: (-total[row], row))[:BUDGET]
    assert ranking.rows.tolist() == best
    assert ranking.scores.tolist() == [total[row] for row in best]
    for row, source, cause in zip(best, ranking.source, ranking.cause, strict=True):
        most = max(score for r, score, _ in every if r == row)
        assert source == next(n for r, score, n in every if (r, score) == (row, most))
        assert cause == row + 1000
