"""SVG charts: paths stay inside their box, scales are round, and a text alternative exists."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.charts import HEIGHT, WIDTH, Chart, Line, rounded_up


def chart(*values: float | None) -> Chart:
    return Chart("rate", "Events", "events/s", [Line("read", values)], "9:00", "10:00")


@given(st.lists(st.none() | st.floats(0, 1e9), min_size=1, max_size=50))
def test_a_line_stays_inside_its_box(values: list[float | None]) -> None:
    [(_, path)] = chart(*values).paths
    points = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)
    assert len(points) == sum(value is not None for value in values)
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in points)


@given(st.floats(1e-6, 1e12))
def test_a_scale_ends_at_a_round_number_that_nothing_passes(value: float) -> None:
    top = rounded_up(value)
    assert value <= top <= 10 * value
    assert f"{top:.9e}".partition("e")[0] in ("1.000000000", "2.000000000", "5.000000000")


def test_a_gap_breaks_the_line_and_a_lone_value_is_a_dot() -> None:
    [(_, path)] = chart(1.0, 2.0, None, 4.0, None).paths
    assert path.count("M") == 2
    assert path.endswith("h.1")


@pytest.mark.parametrize(
    ("values", "words"),
    [((), "nothing yet"), ((1.0, 3.0, 2.0), "read at most 3 events/s, last 2")],
)
def test_a_chart_says_in_words_what_it_shows(values: tuple[float, ...], words: str) -> None:
    assert chart(*values).words == words
    assert chart(*values).is_empty == (not values)
