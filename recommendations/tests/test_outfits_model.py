"""The outfit model as pure functions: slots, counting, weights, search, assembly."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recommendations.dataset.inputs import Sales, day_number
from recommendations.dataset.parts import LocalParts
from recommendations.evaluation.calibration import reliability
from recommendations.evaluation.outfit_candidates import candidate_recall
from recommendations.evaluation.outfit_scores import (
    TOP,
    UNKNOWN_SCORE,
    Line,
    QuestionError,
    answer,
    questions,
)
from recommendations.evaluation.outfits import Measurements, evaluate
from recommendations.outfits import slots
from recommendations.outfits.assembly import Board, assemble
from recommendations.outfits.features import FEATURES, RANKING, REGISTRY, CandidateContext
from recommendations.outfits.listwise import fit_logit
from recommendations.outfits.look_candidates import LESS_APPEAL, look_candidates
from recommendations.outfits.model import weighed
from recommendations.outfits.pairs import find_pairs
from recommendations.outfits.reasons import Why, matches, strongest_reason, why
from recommendations.outfits.search import Matches, Preferences, Wardrobe, listed, search
from recommendations.tests.shops import AS_OF, TYPES, pairs_shop, some_inputs
from recommendations.training.outfits import baskets, fit
from recommendations.training.outfits.appeal import appeal
from recommendations.training.outfits.offline import trained_wardrobe
from recommendations.training.outfits.questions import (
    Decoys,
    Question,
    questions_by_basket,
    questions_of,
)

TODAY = day_number(AS_OF)
TOPS, BOTTOMS, SHOES, BIKINI_TOPS, BIKINI_BOTTOMS = 0, 1, 4, 7, 8


def quiet(line: str) -> None:
    """Discards progress messages."""


@pytest.fixture(scope="module")
def shop() -> Wardrobe:
    return trained_wardrobe(pairs_shop(), quiet)


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int32)


def test_the_slots_file_is_whole_and_every_type_stands_once() -> None:
    found = slots.slots()
    assert found.names[0] == "top"
    articles = pd.DataFrame({"product_type": [255, 272, -1, -1], "garment_group": [0, 0, 1016, 7]})
    assert found.of(articles).tolist() == [0, 1, 1, found.other]
    assert found.without[found.number("full_body")] == {0, 1}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"bottom"', '"top"', "a unique name"),
        ("[272,", "[255,", "255 is in two slots"),
        ('["full_body"]', '["hat"]', "'hat', which is not a slot"),
        ('"everyday": true', '"everyday": 7', "everyday"),
    ],
)
def test_a_fault_in_the_slots_file_is_named(tmp_path: Path, old: str, new: str, fault: str) -> None:
    file = tmp_path / "slots.json"
    file.write_text(slots.FILE.read_text().replace(old, new, 1))
    with pytest.raises(slots.SlotsError, match=fault):
        slots.read(file)


def test_a_basket_is_what_a_customer_buys_in_a_day_each_article_once() -> None:
    columns = {
        "day": [1, 1, 1, 1, 2, 2, 3],
        "customer": [7, 7, 7, 8, 7, 7, 7],
        "row": [2, 0, 2, 1, 1, 0, 1],
    }
    own = {name: np.array(values, np.int32) for name, values in columns.items()}
    sales = Sales(**own, age=rows(*[0] * 7), price=np.ones(7, np.float32), channel=rows(*[1] * 7))
    found = baskets.baskets_of(sales, 3)
    assert found.items.toarray().tolist() == [[1, 0, 1], [1, 1, 0]]
    assert found.day.tolist() == [1, 2]


def test_pairs_are_of_different_slots_with_the_lift_over_each_week_s_expectation() -> None:
    inputs = pairs_shop(40, 400)
    kind = np.arange(40, dtype=np.int32) % 3
    found = baskets.baskets_of(inputs.sales, 40)
    pairs = baskets.pairs_of(LocalParts([found]), kind)
    items, week = found.items.toarray(), found.day // 7
    left = np.repeat(np.arange(40), np.diff(pairs.starts))
    assert (kind[left] != kind[pairs.columns]).all()
    for a, b, lift, count in zip(left, pairs.columns, pairs.lift, pairs.count, strict=True):
        met = (items[:, a] * items[:, b]).sum()
        chance = sum(
            items[week == w][:, a].sum() * items[week == w][:, b].sum() / (week == w).sum()
            for w in np.unique(week)
        )
        assert count == pytest.approx(np.log1p(met), rel=1e-5)
        assert lift == pytest.approx(np.log((met + 3) / (chance + 3)), abs=1e-4)


def test_lists_of_a_group_equal_those_counted_pair_by_pair() -> None:
    inputs = pairs_shop(30, 200)
    slot, group = np.arange(30, dtype=np.int32) % 4, np.arange(30, dtype=np.int32) % 5
    found = baskets.baskets_of(inputs.sales, 30)
    items = found.items
    both = (items.T @ items).toarray() * (slot[:, None] != slot)
    met = np.array([[both[group == a][:, group == b].sum() for b in range(5)] for a in range(5)])
    share = met.sum(axis=1)
    expected = np.log((met + 3) / (np.outer(share, share) / share.sum() + 3))
    (table,) = baskets.group_lifts(LocalParts([found]), group[None, :], slot, TODAY)
    np.testing.assert_allclose(table, expected, atol=1e-5)


def test_the_sum_of_features_in_few_passes_is_the_sum_of_each(shop: Wardrobe) -> None:
    model = shop.model
    bag, candidates = rows(3, 50, 101), rows(*range(0, 180, 7), 51)
    weights = np.random.default_rng(2).normal(size=len(FEATURES)).astype(np.float32)
    met = CandidateContext(model, bag, candidates)
    expected = sum(w * f.values(met) for w, f in zip(weights, REGISTRY, strict=True))
    np.testing.assert_allclose(
        weighed(CandidateContext(model, bag, candidates), weights), expected, rtol=1e-4, atol=1e-4
    )
    listed = zip(model.ranking, model.ranked_for(bag, candidates), strict=False)
    whole = sum(weight * values for weight, values in listed)
    whole = whole + model.ranking[len(RANKING) :][model.slot[candidates]]
    np.testing.assert_allclose(model.in_demand(bag, candidates), whole, rtol=1e-4, atol=1e-4)
    alone = np.stack([model.in_demand(bag[n : n + 1], candidates) for n in range(len(bag))])
    np.testing.assert_allclose(model.wanted_alone(bag, candidates), alone, rtol=1e-4, atol=1e-4)


def test_features_of_many_questions_are_those_of_each(shop: Wardrobe) -> None:
    bags = [rows(3), rows(50, 101, 7), rows(3, 8)]
    choices = np.stack([rows(51, 102, 4), rows(4, 51, 120), rows(51, 51, 60)])
    found = fit.features_of(shop.model, bags, choices)
    apart = [
        np.stack(list(shop.model.ranked_for(bag, own)), axis=1)
        for bag, own in zip(bags, choices, strict=True)
    ]
    np.testing.assert_allclose(found, np.concatenate(apart)[:, : len(FEATURES)], atol=1e-5)


def test_pairs_are_looked_up_wherever_a_row_stands(shop: Wardrobe) -> None:
    pairs = shop.model.articles
    left, right = rows(4, 4, 100), rows(5, 3, 101, 5)
    known = {
        (a, int(pairs.columns[at])): (pairs.lift[at], pairs.count[at])
        for a in left.tolist()
        for at in range(pairs.starts[a], pairs.starts[a + 1])
    }
    expected = [[known.get((a, b), (0, 0)) for b in right.tolist()] for a in left.tolist()]
    assert any(known)
    np.testing.assert_array_equal(np.stack(find_pairs(pairs, left, right), axis=2), expected)


def test_planted_complements_are_found_again(shop: Wardrobe) -> None:
    hits = [
        number + 1 in search(shop, rows(number), Preferences()).rows[:3]
        for number in range(170)
        if shop.index_group[number] == shop.index_group[number + 1]
    ]
    assert np.mean(hits) > 0.9


def test_the_model_finds_hidden_articles_better_than_every_simpler_way() -> None:
    inputs = pairs_shop()
    sales = inputs.sales
    old, new = (
        Sales(**{name: values[kept] for name, values in vars(sales).items()})
        for kept in (sales.day < TODAY - 1, sales.day >= TODAY - 1)
    )
    wardrobe = trained_wardrobe(replace(inputs, pieces=[old]), quiet)
    slot = wardrobe.model.slot
    rng = np.random.default_rng(1)
    asked = questions_by_basket(baskets.baskets_of(new, len(slot)), slot, 200, rng)
    sold = np.bincount(new.row, minlength=len(slot)).astype(np.float32)
    figures = evaluate(wardrobe, asked, Decoys(slot, sold, 1), 1)
    model = figures.pop("model")
    assert model["fitb"].value > 0.8
    assert model["substitutes@10"].value == 0
    for name in ("slot popularity", "content only"):
        assert model["fitb"].low > figures[name]["fitb"].high
        lead = figures[f"model minus {name}"]["fitb"]
        assert lead.value == pytest.approx(model["fitb"].value - figures[name]["fitb"].value)
        assert 0 < lead.low < lead.value


def test_the_shares_of_candidates_tell_which_generator_finds_what_was_bought(
    shop: Wardrobe,
) -> None:
    """Article n was bought with n + 1, of the next slot, unless that is of another audience."""
    asked = [[Question(rows(n), n + 1)] for n in range(60, 120)]
    found = candidate_recall(shop, asked, 1)
    limits, best = found["limits"], found["40"]
    assert limits["of the bag's audience"].value == pytest.approx(59 / 60)
    allowed = limits["all of these, and no substitute"].value
    assert allowed <= limits["of an open slot"].value
    assert best["article pairs, by lift"].value == pytest.approx(allowed)
    assert best["nearest product codes"].value == pytest.approx(allowed)
    assert best["siblings of the section × sales"].value < allowed
    assert best["any of these"].value == max(figure.value for figure in best.values())
    for name, figure in found["200"].items():
        assert best[name].value <= figure.value <= allowed


def test_calibration_compares_predicted_with_observed_shares() -> None:
    predicted = np.repeat([0.2, 0.6], 100)
    fair = np.arange(200) % 10 < np.repeat([2, 6], 100)
    assert reliability(predicted, fair).error == pytest.approx(0.0, abs=1e-9)
    found = reliability(predicted + 0.1, fair)
    assert found.error == pytest.approx(0.1)
    first = found.bins[0]
    assert (first.predicted, first.observed) == pytest.approx((0.3, 0.2))
    assert first.count == 20


def test_each_article_that_is_alone_in_its_slot_is_hidden_in_turn() -> None:
    slot = np.array([0, 1, 1, 2], np.int32)
    asked = questions_of(rows(0, 1, 2, 3), slot)
    assert [(question.bag.tolist(), question.hidden) for question in asked] == [
        ([1, 2, 3], 0),
        ([0, 1, 2], 3),
    ]
    assert questions_of(rows(0), slot) == questions_of(rows(1, 2), slot) == []


def test_too_few_questions_leave_the_usual_weights(shop: Wardrobe) -> None:
    found = fit_logit(fit.examples(shop.model, [], 1), fit.usual())
    assert dict(zip(FEATURES, found.tolist(), strict=True))["article_lift"] > 0


def test_the_same_sales_give_the_same_model() -> None:
    first, second = (trained_wardrobe(pairs_shop(), quiet) for _ in range(2))
    assert first.model.weights.tobytes() == second.model.weights.tobytes()
    assert first.lists.tobytes() == second.lists.tobytes()


def test_a_substitute_another_audience_and_what_is_excluded_are_never_proposed(
    shop: Wardrobe,
) -> None:
    bag = rows(4, 9)
    found = search(shop, bag, Preferences(exclude=rows(5), avoid_colours=frozenset({2})))
    assert len(found)
    assert not np.isin(shop.model.slot[found.rows], shop.model.slot[bag]).any()
    assert (shop.index_group[found.rows] == 0).all()
    assert 5 not in found.rows
    assert not (shop.colour_master[found.rows] == 2).any()


def test_a_bikini_top_is_completed_by_the_bottom_of_the_same_slot(shop: Wardrobe) -> None:
    found = search(shop, rows(BIKINI_TOPS), Preferences())
    assert BIKINI_BOTTOMS in found.rows[:3]
    assert not (shop.product_type[found.rows] == TYPES[BIKINI_TOPS]).any()


def test_a_list_is_the_head_of_the_search(shop: Wardrobe) -> None:
    found = listed(shop, rows(3), TOP)
    assert found.rows.tolist() == search(shop, rows(3), Preferences()).rows[:TOP].tolist()
    assert len(np.unique(found.rows)) == len(found)


def test_a_list_repeats_a_slot_of_the_bag_once_before_it_fills_the_others(shop: Wardrobe) -> None:
    found = listed(shop, rows(BIKINI_TOPS), TOP)
    swim = np.flatnonzero(found.slots == shop.slots.number("swim"))
    assert swim[0] < 6
    assert swim[1:].tolist() == list(range(len(found) - len(swim) + 1, len(found)))


def test_an_article_without_a_stored_list_gets_one_as_good(shop: Wardrobe) -> None:
    bare = replace(shop, list_line=np.full_like(shop.list_line, -1))
    for number in (0, 50, 120):
        stored, made = (search(w, rows(number), Preferences()).rows for w in (shop, bare))
        assert stored.tolist() == made.tolist()


def test_a_look_has_one_piece_per_slot_and_no_dress_with_a_top(shop: Wardrobe) -> None:
    pieces = assemble(shop, rows(TOPS), Preferences(), None, 3).pieces
    names = [shop.slots.names[piece.slot] for piece in pieces]
    assert len(set(names)) == len(names) >= 3
    assert not {"top", "full_body", "swim"} & set(names)
    for piece in pieces:
        assert len(piece.alternatives) == 3
        assert piece.row not in piece.alternatives


def test_a_slot_that_the_first_choice_closed_is_filled_once_another_piece_is_chosen() -> None:
    """The best top (0) goes with no bottom (2), and less well with the shoes (3) than the other."""
    clash, owed = np.zeros((4, 4), np.bool_), np.zeros((4, 4), np.float32)
    clash[0, 2] = clash[2, 0] = True
    owed[1, 3] = owed[3, 1] = 2.0
    found = Matches(rows(0, 1, 2, 3), np.array([3, 2, 1, 1], np.float32), rows(0, 0, 1, 2))
    board = Board(found, np.ones(4), owed, clash, np.inf)
    assert board.chosen([0, 1, 2]) == {0: 1, 1: 2, 2: 3}
    assert replace(board, owed=np.zeros_like(owed)).chosen([0, 1, 2]) == {0: 0, 2: 3}


def test_a_look_leaves_out_most_of_what_a_piece_has_for_every_bag(shop: Wardrobe) -> None:
    bag, model = rows(TOPS), shop.model
    found = look_candidates(shop, bag, Preferences(), [*range(1, 7)], 0)
    less = LESS_APPEAL * model.appeal[found.rows]
    assert less.any()
    shortlisted = np.isin(found.rows, search(shop, bag, Preferences()).rows)
    assert shortlisted.any()
    expected = model.in_demand(bag, found.rows) - less
    np.testing.assert_allclose(found.scores[shortlisted], expected[shortlisted], rtol=1e-4)


def test_what_sells_with_everything_has_appeal_and_is_in_fewer_looks_for_it(
    shop: Wardrobe,
) -> None:
    hub, popularity, ranking = SHOES, shop.model.popularity.copy(), shop.model.ranking.copy()
    popularity[hub] += 8.0
    ranking[RANKING.index("own_popularity")] = 1.0
    model = replace(shop.model, popularity=popularity, ranking=ranking)
    types = pd.DataFrame({"product_type": shop.product_type, "garment_group": 0})
    part = shop.slots.parts(types)
    found = appeal(model, shop.pool, part, shop.wear)
    own = part[shop.pool.rows]
    means = np.bincount(own, found[shop.pool.rows]) / np.bincount(own).clip(1)
    np.testing.assert_allclose(means, 0.0, atol=1e-4)
    assert found.argmax() == hub

    def looks(taken_off: np.ndarray) -> int:
        other = replace(shop, model=replace(model, appeal=taken_off))
        found = (assemble(other, rows(row), Preferences(), None, 0) for row in range(0, 150, 9))
        return sum(hub in [piece.row for piece in look.pieces] for look in found)

    assert looks(found) < looks(np.zeros_like(found))


def test_a_budget_bounds_the_whole_look_and_each_swap(shop: Wardrobe) -> None:
    free = assemble(shop, rows(TOPS), Preferences(), None, 3).pieces
    budget = 0.6 * float(shop.price[[piece.row for piece in free]].sum())
    pieces = assemble(shop, rows(TOPS), Preferences(), budget, 3).pieces
    cost = float(shop.price[[piece.row for piece in pieces]].sum())
    assert pieces
    assert cost <= budget + 1e-6
    for piece in pieces:
        for other in piece.alternatives:
            assert cost - shop.price[piece.row] + shop.price[other] <= budget + 1e-6
    assert assemble(shop, rows(TOPS), Preferences(), 1e-6, 3).pieces == []


def test_only_the_slots_asked_for_are_filled_and_the_order_of_the_bag_is_nothing(
    shop: Wardrobe,
) -> None:
    asked = Preferences(slots=frozenset({shop.slots.number("shoes"), shop.slots.number("swim")}))
    pieces = assemble(shop, rows(TOPS, BOTTOMS), asked, None, 1).pieces
    assert frozenset(piece.slot for piece in pieces) == asked.slots
    one, other = (
        assemble(shop, bag, Preferences(), None, 2).pieces for bag in (rows(0, 10), rows(0, 10))
    )
    assert one == other


def test_the_reason_names_the_article_often_worn_with_the_piece(shop: Wardrobe) -> None:
    assert why(shop, rows(3, 40), rows(4, 41)) == [Why("worn", 3), Why("worn", 40)]
    assert why(shop, rows(), rows(41)) == [Why("slot", None)]


def test_pieces_whose_pictures_have_one_colour_match_unless_it_is_a_grey() -> None:
    blue, navy, red, grey = (40, 10, -50, 1), (43, 8, -46, 1), (50, 70, 40, 1), (50, 1, 1, 1)
    colours = np.array([blue, navy, red, grey, grey, (0, 0, 0, 0)], np.float32)
    found = matches(colours, rows(0, 3), rows(1, 2, 4, 5))
    assert found.tolist() == [[True, False, False, False], [False] * 4]
    assert not matches(np.zeros((6, 0), np.float32), rows(0), rows(1)).any()
    nothing = np.zeros(2, np.float32)
    assert strongest_reason(rows(7, 8), nothing, np.array([False, True]), nothing) == Why(
        "match", 8
    )


def test_questions_are_answered_whatever_ids_they_name(shop: Wardrobe) -> None:
    known = [f"{key:010d}" for key in shop.article[[4, 5, 6]].tolist()]
    found = answer(shop, Line("q", [known[0], "x", 0, 10**30], [known[1], 77, "nothing"]))
    assert found.scores[0] > UNKNOWN_SCORE
    assert found.scores[1:] == [UNKNOWN_SCORE, UNKNOWN_SCORE]
    assert found.top
    assert all(len(key) == 10 for key in found.top)
    nobody = answer(shop, Line(1, [], []))
    assert nobody.scores == []
    assert nobody.top


def test_a_line_that_is_no_question_is_named() -> None:
    lines = [(1, b'{"id": 1, "bag": [], "choices": []}'), (3, b'{"id": 2, "bag": 5}')]
    with pytest.raises(QuestionError, match=r"line 3: .*bag"):
        list(questions(lines))


@pytest.mark.parametrize(("articles", "buyers"), [(1, 0), (12, 0), (12, 1), (30, 5)])
def test_a_shop_of_any_size_has_outfits(articles: int, buyers: int) -> None:
    inputs = pairs_shop(max(articles, 2), buyers) if articles > 1 else some_inputs(1, 0)
    wardrobe = trained_wardrobe(inputs, quiet)
    for row in range(articles):
        found = search(wardrobe, rows(row), Preferences())
        assert row not in found.rows


def test_a_figure_is_a_mean_within_its_interval() -> None:
    found = Measurements({"hit": [0.0, 1.0, 1.0, 0.0, 1.0]}).figures(3)["hit"]
    assert found.value == pytest.approx(0.6)
    assert 0 <= found.low < found.value < found.high <= 1
