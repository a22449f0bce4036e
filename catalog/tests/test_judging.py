"""Judged queries: rules over attributes, and the command's output."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.search.judgements import (
    JUDGED,
    BadRuleError,
    Score,
    Words,
    holds,
    judged_queries,
    score,
)
from catalog.tests.factories import make_article
from catalog.tests.goods import goods_of

ROWS = [
    {"name": "Ada", "types": "Dress", "masters": "Red", "price": 19.99, "description": "Wool."},
    {"name": "Bea", "types": "Shirt", "masters": "Black", "price": 30.0, "description": ""},
]
WORDS = Words([str(r["name"]) for r in ROWS], [str(r["description"]) for r in ROWS])


@pytest.mark.parametrize(
    ("rule", "right"),
    [
        ("type~dress", [True, False]),
        ("type!~dress", [False, True]),
        ("master~red|black & price<20", [True, False]),
        ("price>29.99", [False, True]),
        ("any~wool", [True, False]),
        ("name~^bea$", [False, True]),
    ],
)
def test_a_rule_says_which_answers_are_right(rule: str, right: list[bool]) -> None:
    goods = goods_of(ROWS)
    (judged,) = judged_queries([f"words\t{rule}"])
    assert [all(holds(c, row, goods, WORDS) for c in judged.conditions) for row in (0, 1)] == right


def test_a_score_is_the_share_of_right_answers() -> None:
    (judged,) = judged_queries(["# a remark", "", "dress\ttype~dress"])
    assert score(judged, lambda query: [0, 1], goods_of(ROWS), WORDS).precision == 0.5
    assert Score("", 0, 0).precision == 0.0


@pytest.mark.parametrize("line", ["no rule", "q\tsize~3", "q\ttype~(", "q\tprice=3"])
def test_a_line_that_is_no_rule_is_named(line: str) -> None:
    with pytest.raises(BadRuleError, match="line 1: "):
        judged_queries([line])


@pytest.mark.parametrize("path", sorted(JUDGED.glob("*.tsv")), ids=lambda path: path.stem)
def test_our_own_queries_can_be_read(path: Path) -> None:
    assert len(judged_queries(path.read_text("utf-8").splitlines())) > 50


@pytest.mark.django_db
class TestCommand:
    def test_it_measures_a_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        make_article(1, name="Wool coat", product_type=(2, "Coat"))
        queries, figures = tmp_path / "q.tsv", tmp_path / "f.json"
        queries.write_text("coat\ttype~coat\nshirts\ttype~shirt\n%_%\tempty\n")
        call_command("evaluate_search", queries=[queries], json=figures)
        assert "0.5" in capsys.readouterr().out
        assert '"precision": 0.5' in figures.read_text()

    @pytest.mark.parametrize("text", [None, "", "bad line\n"])
    def test_what_is_no_file_of_queries_is_said(self, tmp_path: Path, text: str | None) -> None:
        path = tmp_path / "q.tsv"
        if text is not None:
            path.write_text(text)
        with pytest.raises(CommandError, match=r"q\.tsv"):
            call_command("evaluate_search", queries=[path])
