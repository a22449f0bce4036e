"""Merchandising rules on shelves."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from recommendations.models import Rule
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.request_context import RequestContext
from recommendations.recommenders.shelf import Found, Item
from recommendations.rules.applying import PINNED, apply
from recommendations.rules.serving import COLUMNS, apply_rules
from recommendations.serving.serving import recommend
from recommendations.tests.shops import Lived, open_shop, train
from web import cache

Action, Target = Rule.Action, Rule.Target


def about(articles: int) -> dict[int, Mapping[str, int]]:
    """Two types and three departments, each article a product of its own."""
    of = {"product_type_id": 2, "department_id": 3}
    return {
        a: {column: a % of[column] if column in of else a for column in COLUMNS}
        for a in range(articles)
    }


def shelf(*rules: Rule, articles: int = 12, k: int = 6) -> list[int]:
    items = [Item(a, 1.0 / (a + 1)) for a in range(articles)]
    return [item.article for item in apply(rules, items, about(articles + 9), k).items]


def test_without_rules_the_head_stays() -> None:
    assert shelf() == [0, 1, 2, 3, 4, 5]


def test_what_is_left_out_is_replaced_by_what_comes_next() -> None:
    rule = Rule(action=Action.EXCLUDE, target=Target.TYPE, number=0)
    assert shelf(rule) == [1, 3, 5, 7, 9, 11]


def test_a_boost_moves_up_as_far_as_its_factor_and_a_bury_down() -> None:
    boost = Rule(action=Action.BOOST, target=Target.ARTICLE, number=3, amount=3.0)
    assert shelf(boost) == [0, 3, 1, 2, 4, 5]
    bury = Rule(action=Action.BURY, target=Target.ARTICLE, number=0, amount=3.5)
    assert shelf(bury) == [1, 2, 0, 3, 4, 5]


def test_a_cap_holds_for_one_department_or_for_each() -> None:
    one = Rule(pk=1, action=Action.CAP, target=Target.DEPARTMENT, number=0, amount=1)
    assert shelf(one) == [0, 1, 2, 4, 5, 7]
    each = Rule(pk=1, action=Action.CAP, target=Target.DEPARTMENT, amount=1)
    assert shelf(each) == [0, 1, 2]


def test_a_pin_stands_at_its_place_whether_it_was_found_or_not() -> None:
    pins = [
        Rule(action=Action.PIN, target=Target.ARTICLE, number=n, amount=at)
        for n, at in ((4, 1), (20, 3))
    ]
    assert shelf(*pins) == [4, 0, 20, 1, 2, 3]


def test_a_pin_of_what_is_not_sold_is_told_and_left() -> None:
    pin = Rule(action=Action.PIN, target=Target.ARTICLE, number=99, amount=1)
    ruled = apply([pin], [Item(1, 1.0)], about(9), 3)
    assert ([item.article for item in ruled.items], ruled.ignored) == ([1], [pin])


def test_the_last_rule_that_would_empty_the_shelf_is_passed_over() -> None:
    rules = [Rule(action=Action.EXCLUDE, target=Target.TYPE, number=n) for n in (0, 1)]
    ruled = apply(rules, [Item(a, 1.0) for a in range(4)], about(4), 3)
    assert [item.article for item in ruled.items] == [1, 3]
    assert ruled.ignored == [rules[1]]


RULES = st.lists(
    st.builds(
        Rule,
        pk=st.integers(1, 99),
        action=st.sampled_from([a for a in Action if a != Action.PIN]),
        target=st.sampled_from(Target.values),
        number=st.none() | st.integers(0, 20),
        amount=st.floats(1, 100),
    )
    | st.builds(
        Rule,
        action=st.just(Action.PIN),
        target=st.just(Target.ARTICLE),
        number=st.integers(0, 40),
        amount=st.integers(1, 100),
    ),
    max_size=8,
)


@given(RULES, st.lists(st.integers(0, 20), unique=True, min_size=1), st.integers(1, 12))
def test_no_rules_can_empty_a_shelf_double_an_item_or_make_it_longer(
    rules: list[Rule], articles: list[int], k: int
) -> None:
    items = apply(rules, [Item(a, 1.0) for a in articles], about(21), k).items
    shown = [item.article for item in items]
    assert 1 <= len(shown) <= k
    assert len(set(shown)) == len(shown)
    assert set(shown) <= {*articles, *(r.number for r in rules if r.action == Action.PIN)}


# --- stored and served --------------------------------------------------------------------------


def stored(**fields: object) -> Rule:
    rule = Rule(name=f"rule {Rule.objects.count()}", **fields)
    rule.full_clean()
    rule.save()
    return rule


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"action": "pin", "target": "department_id", "number": 1}, "target"),
        ({"action": "exclude", "target": "id"}, "number"),
        ({"action": "exclude", "target": "id", "number": 987}, "number"),
        ({"action": "boost", "target": "id", "number": 987, "amount": 0.5}, "amount"),
        ({"action": "cap", "target": "product_id", "amount": 1.5}, "amount"),
        ({"action": "cap", "target": "product_id", "kinds": ["magic"]}, "kinds"),
        ({"action": "love", "target": "product_id"}, "action"),
    ],
)
def test_a_rule_that_makes_no_sense_is_not_stored(fields: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        stored(**fields)
    assert field in error.value.message_dict


@pytest.mark.django_db
def test_a_rule_holds_on_its_shelves_for_its_audience_in_its_time(lived: Lived) -> None:
    shop = open_shop()
    train()
    best = shop["shirt"][0].pk
    now = timezone.now()
    rule = stored(
        action="exclude", target="id", number=best, kinds=["trending"], audience="c",
        starts_at=now - timedelta(hours=1),
    )  # fmt: skip
    anonymous = lived()

    def shows(kind: Kind, shopper: str) -> bool:
        return best in [item.article for item in recommend(kind, shopper=shopper).items]

    assert not shows(Kind.TRENDING, "c1")
    assert shows(Kind.TRENDING, anonymous)
    assert shows(Kind.FOR_YOU, "c1")
    Rule.objects.filter(pk=rule.pk).update(ends_at=now)
    cache.empty()
    assert shows(Kind.TRENDING, "c1")


@pytest.mark.django_db
def test_a_pinned_article_is_shown_unless_it_lies_in_the_bag(lived: Lived) -> None:
    shop = open_shop()
    train()
    last = shop["sneaker"][-1].pk
    stored(action="pin", target="id", number=last, amount=1, kinds=["for-you"])
    first = recommend(Kind.FOR_YOU, shopper=lived(), k=4).items[0]
    assert (first.article, first.reason) == (last, PINNED)
    bagged = recommend(Kind.FOR_YOU, shopper=lived(bag=[last]), k=4).items
    assert last not in [item.article for item in bagged]


@pytest.mark.django_db
def test_rules_cost_one_query_and_never_more_than_the_shelf(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    shop = open_shop()
    rules = [
        stored(action="boost", target="product_type_id", number=n, amount=2) for n in (1, 2)
    ] * 20
    articles = [article.pk for kind in shop.values() for article in kind]
    found = Found("s", "r", [Item(a, 1.0) for a in articles])
    with django_assert_num_queries(1):
        assert len(apply_rules(rules, RequestContext(5, None, None, None, None), found).items) == 5
