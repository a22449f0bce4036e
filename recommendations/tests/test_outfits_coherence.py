"""A look is coherent: one price level, one season, no design twice."""

import numpy as np
import pytest

from recommendations.dataset.inputs import Inputs, Sales, day_number
from recommendations.outfits.assembly import Piece, assemble
from recommendations.outfits.search import Preferences, Wardrobe
from recommendations.tests.shops import AS_OF, some_inputs
from recommendations.training.outfits.offline import trained_wardrobe

TODAY = day_number(AS_OF)
TYPES = (255, 272, 262, 87, 66)
ARTICLES = 400
BUYERS = 2500
LEVELS = np.array([0.02, 0.08], np.float32)
# Days since the last sales of a season; all articles are still on sale.
SEASONS = (35, 0)


def level_of(number: int) -> int:
    return number % 2


def season_of(number: int) -> int:
    return number // 200


def a_shop_of_levels_and_seasons() -> Inputs:
    """Everybody buys two articles of one price level and one season, of two types, at random.

    Articles n and n + 20 are one design where n // 20 is even.
    """
    inputs = some_inputs(ARTICLES, 0)
    frame, number = inputs.articles, np.arange(ARTICLES)
    frame["product_type"] = np.array(TYPES, np.int32)[number // 2 % len(TYPES)]
    frame["product"] = (number // 40 * 20 + number % 20 + 500).astype(np.int32)
    frame["index_group"] = np.int32(1)
    frame["name"] = [f"thing {'abcdefghij'[n // 40]}{chr(97 + n % 20)}" for n in number]
    frame["description"] = ""
    rng = np.random.default_rng(3)
    first = rng.integers(0, ARTICLES, BUYERS)
    step = rng.integers(1, len(TYPES), BUYERS)
    other = first // 200 * 200 + (first % 200 + 2 * step + 10 * rng.integers(0, 20, BUYERS)) % 200
    row = np.stack([first, other], axis=1).ravel().astype(np.int32)
    ago = np.array(SEASONS)[first // 200] + rng.integers(0, 20, BUYERS)
    order = np.argsort(-ago, kind="stable")
    sales = Sales(
        day=np.repeat(TODAY - ago[order], 2).astype(np.int32),
        customer=np.repeat(np.arange(BUYERS), 2).astype(np.int32),
        row=row.reshape(-1, 2)[order].ravel(),
        age=np.full(len(row), 30, np.int32),
        price=LEVELS[row.reshape(-1, 2)[order].ravel() % 2],
        channel=np.full(len(row), 2, np.int32),
    )
    return Inputs(frame, [sales], AS_OF)


@pytest.fixture(scope="module")
def shop() -> Wardrobe:
    return trained_wardrobe(a_shop_of_levels_and_seasons(), lambda line: None)


def look(shop: Wardrobe, number: int) -> list[Piece]:
    return assemble(shop, np.array([number], np.int32), Preferences(), None, 3).pieces


@pytest.mark.parametrize("number", [200, 201, 302, 303])
def test_a_look_keeps_to_the_price_level_and_season_of_what_it_starts_from(
    shop: Wardrobe, number: int
) -> None:
    pieces = look(shop, number)
    assert len(pieces) == len(TYPES) - 1
    assert {level_of(piece.row) for piece in pieces} == {level_of(number)}
    assert {season_of(piece.row) for piece in pieces} == {season_of(number)}


def test_no_design_comes_twice_among_pieces_and_alternatives(shop: Wardrobe) -> None:
    pieces = look(shop, 200)
    shown = [row for piece in pieces for row in (piece.row, *piece.alternatives)]
    assert len(shown) == 4 * len(pieces)
    assert len(set(shop.design[shown].tolist())) == len(shown)
    assert len(np.unique(shop.design)) < len(shop.design)
