"""The inspiring shelf for newcomers to a generated shop: no repeats, no wrong audience."""

from datetime import date

import numpy as np
import pytest

from catalog.models import Article
from catalog.tests.factories import make_article, make_customer, make_transaction
from recommendations.bundle.reader import ABSENT, Bundle
from recommendations.dataset.facts import facts_of
from recommendations.dataset.history import histories
from recommendations.ranking.inspiring import Goods, favourite, inspiring_shelf
from recommendations.ranking.pipeline import NEW, Constraints, Pick, predicted
from recommendations.ranking.variety import per_seed
from recommendations.recommenders.kinds import Kind
from recommendations.retrieval.profile import DAY_MS, Profile, after_history, profile_of
from recommendations.serving.serving import recommend
from recommendations.tests.shops import AS_OF, Lived, Shop, some_inputs, train
from recommendations.training.pipeline import bundle_in_memory, look_likeness, of_customers, quiet
from recommendations.training.ranker.sales import NO_RANKER
from streaming.events.actions import Action
from streaming.features import dislikes
from streaming.features.state import Recent

MINUTE = 60_000
K = 12


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    inputs = some_inputs(articles=2000, sales=8000)
    return bundle_in_memory(
        inputs,
        {
            **look_likeness(inputs, facts_of(inputs), quiet),
            **of_customers(vars(histories(inputs))),
            **NO_RANKER,
        },
        quiet,
    )


def newcomer(bundle: Bundle, rows: list[int], kind: Action = Action.VIEW) -> Profile:
    now = after_history(bundle)
    recents = [
        Recent(int(bundle.article[row]), kind, now - ago * MINUTE)
        for ago, row in enumerate(rows, start=1)
    ]
    return profile_of(bundle, recents, None, now)


def four_of_one_audience(bundle: Bundle, seed: int) -> list[int]:
    rng = np.random.default_rng(seed)
    group = rng.choice(np.unique(bundle.index_group))
    of_group = np.flatnonzero((bundle.index_group == group) & bundle.on_sale)
    return [int(row) for row in rng.choice(of_group, 4, replace=False)]


def rows_of(picks: list[Pick]) -> list[int]:
    return [pick.row for pick in picks]


@pytest.mark.parametrize("seed", range(20))
def test_four_views_lead_to_other_products_of_the_same_audience(bundle: Bundle, seed: int) -> None:
    seen = four_of_one_audience(bundle, seed)
    picks = inspiring_shelf(bundle, newcomer(bundle, seen), K, Constraints(seed=seed))
    shown = rows_of(picks)
    designs = bundle.design[shown]
    assert len(shown) == K
    assert len(set(designs.tolist())) == K, "one card of each product"
    assert np.isin(designs, bundle.design[seen]).mean() <= 0.15, "little of what was just seen"
    assert set(bundle.index_group[shown].tolist()) == {int(bundle.index_group[seen[0]])}
    assert not set(shown) & set(seen)


@pytest.mark.parametrize("seed", range(5))
def test_one_article_does_not_lead_to_the_whole_shelf(bundle: Bundle, seed: int) -> None:
    seen = four_of_one_audience(bundle, seed)
    picks = inspiring_shelf(bundle, newcomer(bundle, seen), K, Constraints())
    causes = np.array([pick.cause for pick in picks], np.int32)
    led = causes[causes != ABSENT]
    assert np.unique(led, return_counts=True)[1].max() <= per_seed(causes, K)
    assert per_seed(np.array([3, 5, 7, ABSENT], np.int32), K) == 4
    assert per_seed(np.array([3], np.int32), K) == 6


def test_who_bought_a_lot_sees_one_of_it_again_at_most(bundle: Bundle) -> None:
    bought = four_of_one_audience(bundle, 1) + four_of_one_audience(bundle, 2)
    now = after_history(bundle)
    recents = [
        Recent(int(bundle.article[row]), Action.PURCHASE, now - (2 + n) * DAY_MS)
        for n, row in enumerate(bought)
    ]
    profile = profile_of(bundle, recents, None, now)
    inspired = rows_of(inspiring_shelf(bundle, profile, K, Constraints()))
    assert np.isin(bundle.design[inspired], bundle.design[bought]).sum() <= 1
    expected = rows_of(predicted(bundle, profile, K, Constraints()))
    assert set(bought) & set(expected), "the list that predicts goes on repeating"


def test_no_colour_of_what_is_hidden_or_turned_down_is_shown(bundle: Bundle) -> None:
    seen = four_of_one_audience(bundle, 3)
    profile = newcomer(bundle, seen)
    before = rows_of(inspiring_shelf(bundle, profile, K, Constraints()))
    constraints = Constraints(hidden={before[0], ABSENT}, less=[before[1]])
    after = rows_of(inspiring_shelf(bundle, profile, K, constraints))
    assert not set(bundle.design[before[:2]].tolist()) & set(bundle.design[after].tolist())
    assert len(after) == K


def test_of_equals_the_one_with_a_picture_comes_first(bundle: Bundle) -> None:
    seen = four_of_one_audience(bundle, 4)
    profile = newcomer(bundle, seen)
    section = np.zeros(len(bundle.article), np.int32)
    pictured = np.arange(len(bundle.article)) % 3 == 0
    plain = rows_of(inspiring_shelf(bundle, profile, K, Constraints()))
    seeing = rows_of(inspiring_shelf(bundle, profile, K, Constraints(), Goods(pictured, section)))
    assert pictured[seeing].mean() > pictured[plain].mean()
    none = Goods(np.zeros(len(bundle.article), bool), section)
    assert rows_of(inspiring_shelf(bundle, profile, K, Constraints(), none)) == plain


def test_best_sellers_of_sections_looked_at_come_before_those_of_others(bundle: Bundle) -> None:
    seen = four_of_one_audience(bundle, 5)
    section = (np.arange(len(bundle.article)) % 4).astype(np.int32)
    own = set(section[seen].tolist())
    everything = Goods(np.ones(len(bundle.article), bool), section)
    picks = inspiring_shelf(bundle, newcomer(bundle, seen), 2 * K, Constraints(), everything)
    fill = [int(section[pick.row]) in own for pick in picks if pick.cause == ABSENT]
    assert len(fill) > 3
    assert fill == sorted(fill, reverse=True)


def test_something_new_is_of_the_shoppers_audience_and_there_is_none_for_strangers(
    bundle: Bundle,
) -> None:
    seen = four_of_one_audience(bundle, 6)
    profile = newcomer(bundle, seen)
    shelves = [inspiring_shelf(bundle, profile, K, Constraints(seed=seed)) for seed in range(40)]
    new = [pick.row for picks in shelves for pick in picks if pick.source == NEW]
    assert new, "one shelf in four has one"
    assert set(bundle.index_group[new].tolist()) == {favourite(bundle, profile)}
    stranger = newcomer(bundle, [])
    strangers = [inspiring_shelf(bundle, stranger, K, Constraints(seed=seed)) for seed in range(40)]
    assert not [pick for picks in strangers for pick in picks if pick.source == NEW]


# --- as served ---


@pytest.mark.parametrize("kind", ["for-you", "buy-again"])
def test_what_was_bought_a_moment_ago_is_not_offered_again(
    db: None, lived: Lived, kind: Kind
) -> None:
    socks, black, hat = make_article(product=1), make_article(product=1), make_article()
    for article in (socks, black, hat):
        make_transaction(article=article, t_dat=AS_OF)
    train()
    shopper = lived([(socks.pk, "purchase", MINUTE)])
    shown = {item.article for item in recommend(kind, shopper=shopper).items}
    assert not shown & {socks.pk, black.pk}


def test_an_order_leaves_little_of_itself_on_the_shelf_next_day(db: None, lived: Lived) -> None:
    ordered = [make_article(name=f"Sock {n}") for n in range(8)]
    buyer = make_customer()
    for article in [*ordered, *(make_article(name=f"Hat {n}") for n in range(20))]:
        make_transaction(article=article, customer=buyer, t_dat=date(2020, 9, 19))
    train()
    shopper = lived([(article.pk, "purchase", DAY_MS) for article in ordered])
    shown = [item.article for item in recommend(Kind.FOR_YOU, shopper=shopper).items]
    assert len(shown) == K
    assert len(set(shown) & {article.pk for article in ordered}) <= 1


@pytest.mark.parametrize("kind", ["for-you", "trending", "new-in", "recently-viewed"])
def test_nothing_beside_a_shelf_is_shown_on_it_in_another_colour(
    db: None, lived: Lived, kind: Kind
) -> None:
    blue, red = make_article(product=1), make_article(product=1)
    hat = make_article(name="Hat")
    for article in (blue, red, hat):
        make_transaction(article=article, t_dat=AS_OF)
    train()
    shopper = lived([(hat.pk, "view", MINUTE), (red.pk, "view", 2 * MINUTE)])
    shelf = recommend(kind, shopper=shopper, beside=[blue.pk])
    assert not {item.article for item in shelf.items} & {blue.pk, red.pk}


def test_because_you_viewed_stays_within_the_audience_of_what_was_viewed(
    trained: Shop, lived: Lived
) -> None:
    shopper = lived([(trained["dress"][0].pk, "view", MINUTE)])
    names = dict(Article.objects.values_list("pk", "product_type__name"))
    shelf = recommend(Kind.BECAUSE_YOU_VIEWED, shopper=shopper, k=16)
    assert {names[item.article] for item in shelf.items} <= {"dress", "shirt"}


def test_less_of_one_takes_its_other_colours_away(db: None, lived: Lived) -> None:
    blue, red, hat = make_article(product=1), make_article(product=1), make_article()
    for article in (blue, red, hat):
        make_transaction(article=article, t_dat=AS_OF)
    train()
    shopper = lived([(hat.pk, "view", MINUTE)])
    dislikes.add(shopper, blue.pk)
    for kind in (Kind("for-you"), Kind("trending"), Kind("new-in")):
        shown = {item.article for item in recommend(kind, shopper=shopper).items}
        assert not shown & {blue.pk, red.pk}, kind
