"""Lists made for many customers at once are those made for each alone."""

from collections.abc import Mapping

import numpy as np
import pytest

from recommendations.bundle.reader import ABSENT, Bundle
from recommendations.ranking import batch, pipeline, ranker
from recommendations.ranking.pipeline import Constraints, predicted, predicted_rows
from recommendations.ranking.ranker import RANKED
from recommendations.ranking.scoring import WEIGHTS
from recommendations.retrieval.candidates import Source
from recommendations.retrieval.profile import after_history, profile_of
from recommendations.tests.test_ranker import ranked_bundle  # noqa: F401

Weights = Mapping[Source, float] | None
CUSTOMERS = np.arange(-1, 230, dtype=np.int32)[::-1]  # of whom thirty are unknown


def alone(bundle: Bundle, k: int, weights: Weights) -> np.ndarray:
    lists = np.full((len(CUSTOMERS), k), ABSENT)
    for own, customer in zip(lists, CUSTOMERS.tolist(), strict=True):
        profile = profile_of(bundle, (), customer, after_history(bundle))
        rows = [pick.row for pick in predicted(bundle, profile, k, Constraints(), weights)]
        own[: len(rows)] = rows
    return lists


def changed(bundle: Bundle, **arrays: np.ndarray) -> Bundle:
    return Bundle(bundle.manifest, {**bundle.arrays, **arrays})


@pytest.mark.parametrize(
    "weights", [None, WEIGHTS, RANKED, {Source.AGAIN: 1.0}, {Source.DEPARTMENT: 1.0}]
)
@pytest.mark.parametrize("has_ranker", [True, False])
def test_many_at_once_get_what_each_gets_alone(
    ranked_bundle: Bundle,  # noqa: F811
    weights: Weights,
    has_ranker: bool,
) -> None:
    bundle = ranked_bundle if has_ranker else changed(ranked_bundle, ranker=np.zeros(0, np.uint8))
    assert np.array_equal(
        predicted_rows(bundle, CUSTOMERS, 12, weights), alone(bundle, 12, weights)
    )


@pytest.mark.parametrize("chunk", [1, 7])
def test_neither_chunks_nor_short_heads_nor_a_shop_nearly_sold_out_change_a_list(
    ranked_bundle: Bundle,  # noqa: F811
    chunk: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pipeline, "CHUNK", chunk)
    for module in (batch, ranker):
        monkeypatch.setattr(module, "DEPTH", 9)
    on_sale = ranked_bundle.on_sale & (np.arange(len(ranked_bundle.on_sale)) % 9 == 0)
    bundle = changed(ranked_bundle, on_sale=on_sale)
    assert np.array_equal(predicted_rows(bundle, CUSTOMERS, 40), alone(bundle, 40, None))


def test_without_customers_there_are_no_lists(ranked_bundle: Bundle) -> None:  # noqa: F811
    assert predicted_rows(ranked_bundle, CUSTOMERS[:0], 12).shape == (0, 12)
