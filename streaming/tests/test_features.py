"""The registry: whole, and no feature without a test that is about it."""

import ast
from pathlib import Path

import pytest

from streaming.features.registry import REGISTRY, STATE_TTL_S, TREND_TTL_S, Feature
from streaming.features.state import ShopperState
from streaming.features.store import Snapshot
from streaming.features.trends import ArticleFeatures

NAMES = [feature.name for feature in REGISTRY]


@pytest.mark.parametrize("feature", REGISTRY, ids=NAMES)
def test_a_feature_says_all_that_there_is_to_say(feature: Feature) -> None:
    told = (
        feature.of,
        feature.type,
        feature.unit,
        feature.meaning,
        feature.window,
        feature.default,
    )
    assert all(told)
    assert feature.bound > 0
    assert feature.ttl_s in (STATE_TTL_S, TREND_TTL_S)
    assert feature.half_life_ms is None or feature.half_life_ms > 0


def test_names_are_given_once() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_the_registry_has_what_readers_get_and_no_more() -> None:
    of_shopper = {feature.name for feature in REGISTRY if feature.of == "shopper"}
    assert of_shopper == {*ShopperState.__struct_fields__, "dislikes"}
    assert "dislikes" in Snapshot.__dataclass_fields__
    of_article = {name for f in REGISTRY if f.of == "article" for name in f.name.split(", ")}
    assert of_article == {*ArticleFeatures.__dataclass_fields__}


def test_each_feature_has_a_test() -> None:
    assert marked_features() == set(NAMES)


def marked_features() -> set[str]:
    """What the tests beside this one are marked to be about."""
    found: set[str] = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                for mark in filter(is_feature_mark, node.decorator_list):
                    found |= set(map(ast.literal_eval, mark.args))  # type: ignore[attr-defined]
    return found


def is_feature_mark(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.feature"
