"""Properties of a varied shelf, whatever the ranking."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommendations.bundle.reader import ABSENT, Ints
from recommendations.ranking.variety import REPEATS_FROM, per_seed, varied

ROWS = 40


def columns(most: int) -> st.SearchStrategy[Ints]:
    numbers = st.lists(st.integers(0, most), min_size=ROWS, max_size=ROWS)
    return numbers.map(lambda values: np.array(values, np.int32))


def few() -> st.SearchStrategy[Ints]:
    return st.lists(st.integers(0, 30), max_size=6).map(lambda values: np.array(values, np.int32))


@given(columns(30), columns(4), columns(3), few(), few(), st.sampled_from((1, 4, 12, 24)))
def test_designs_types_and_causes_are_limited(
    designs: Ints, types: Ints, causes: Ints, viewed: Ints, bought: Ints, k: int
) -> None:
    causes -= 1  # some have none
    places = varied(designs, types, causes, viewed, bought, k).tolist()
    shown = designs[places].tolist()
    assert len(shown) == len(set(shown)) <= k
    assert not set(shown) & set(viewed.tolist())
    assert len(set(shown) & set(bought.tolist())) <= int(k >= REPEATS_FROM)
    if len(places) < k:
        assert set(designs.tolist()) - set(bought.tolist()) - set(viewed.tolist()) <= set(shown)


def test_a_shelf_of_many_choices_keeps_all_limits() -> None:
    rng = np.random.default_rng(1)
    designs = np.arange(300, dtype=np.int32)
    types = np.sort(rng.integers(0, 3, 300)).astype(np.int32)
    causes = rng.integers(ABSENT, 4, 300).astype(np.int32)
    none = np.zeros(0, np.int32)
    places = varied(designs, types, causes, none, none, 12)
    assert max(Counter(types[places].tolist()).values()) == 6
    led = Counter(causes[places].tolist())
    del led[ABSENT]
    assert max(led.values()) <= per_seed(causes, 12) == 4
