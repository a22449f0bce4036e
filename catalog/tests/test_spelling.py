import pytest

from catalog.search.spelling import Spelling, near_words, spelling
from catalog.search.understanding.vocabulary import vocabulary
from catalog.tests.goods import goods_of

COUNTS = {
    "black": 20_000, "blake": 4, "bikini": 3000, "bikni": 3, "dress": 9000, "dresses": 200,
    "denim": 5000, "demi": 12, "jacket": 4000, "leggings": 90, "grun": 1000, "badeanzug": 1000,
}  # fmt: skip
FOREIGN = frozenset({"grun", "badeanzug"})
OWN = Spelling(COUNTS, sorted(COUNTS), sorted(FOREIGN), frozenset(COUNTS) - FOREIGN, FOREIGN)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("blakc", "black"), ("bikinu", "bikini"), ("drses", "dress"), ("demin", "denim"),
        ("jaket", "jacket"), ("leggins", "leggings"), ("qqq", "qqq"), ("d", "d"),
    ],
)  # fmt: skip
def test_of_near_words_the_common_one_was_meant(typed: str, meant: str) -> None:
    assert OWN.meant(typed) == meant


def test_two_errors_lead_to_another_language_only_in_a_long_word() -> None:
    assert OWN.meant("gardn") == "gardn"
    assert OWN.meant("badeansug") == "badeanzug"
    assert OWN.meant("badeansuk") == "badeanzug"


def test_a_short_word_may_have_one_error_a_longer_one_two() -> None:
    assert near_words("cat", ["coat", "cost"]) == [("coat", 1)]
    assert near_words("coast", ["coats", "cats", "boast"]) == [
        ("coats", 1),
        ("boast", 2),
        ("cats", 2),
    ]


def test_an_unfinished_word_becomes_the_commonest_ones() -> None:
    assert OWN.completed("dr", 5) == ["dress", "dresses"]
    assert OWN.completed("de", 5) == ["denim"]  # "demi" is too rare by comparison to be suggested
    assert OWN.completed("d", 1) == ["dress"]
    assert OWN.completed("zz", 5) == []


def test_the_catalogue_and_every_language_are_known() -> None:
    goods = goods_of([{"name": "Marisol", "description": "Crinkled poplin."}] * 5)
    known = spelling(goods, vocabulary())
    assert known.meant("crinkeld") == "crinkled"
    assert known.meant("marisul") == "marisol"
    assert known.meant("klaning") == "klanning"
    assert known.meant("trowsers") == "trousers"
