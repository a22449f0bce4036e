"""The order of a page's shelves."""

from collections import Counter

import pytest

from recommendations.attribution.models import Interaction, Serving
from recommendations.experiments.shelf_order import clicks_of, ordered, shelf_order

KINDS = ("for-you", "because-you-viewed", "new-in", "buy-again")


def test_whoever_has_not_clicked_gets_the_order_of_the_page() -> None:
    assert ordered(KINDS, {}, 1) == list(KINDS)
    assert ordered(KINDS, {"trending": 5}, 1) == list(KINDS), "a shelf of another page"


def test_a_shelf_that_is_used_rises_and_the_others_may_still_come_up() -> None:
    first = Counter(ordered(KINDS, {"new-in": 12}, seed)[0] for seed in range(300))
    assert first.most_common(1)[0][0] == "new-in"
    assert len(first) > 1
    assert ordered(KINDS, {"new-in": 12}, 7) == ordered(KINDS, {"new-in": 12}, 7), "all day long"
    assert sorted(ordered(KINDS, {"new-in": 12}, 7)) == sorted(KINDS)


@pytest.mark.django_db
def test_clicks_are_counted_by_the_shelf_they_came_from() -> None:
    serving = Serving.objects.create(kind="new-in", strategy="bundle_new_in")
    for number, kind in enumerate(("click", "click", "bag_add", "impression")):
        Interaction.objects.create(
            event=f"e{number}", rec_id="r", kind=kind, serving=serving, shopper="c1",
            article=number, ts=number,
        )  # fmt: skip
    assert clicks_of("c1") == {"new-in": 3}
    assert clicks_of("c2") == {}
    assert shelf_order(KINDS, None, 1) == list(KINDS)
