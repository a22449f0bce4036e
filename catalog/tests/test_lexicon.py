from catalog.search.lexicon import Lexicon, near_words

WORDS = {
    "black": 20_000, "blake": 4, "bikini": 3000, "bikni": 3, "dress": 9000, "dresses": 200,
    "denim": 5000, "demi": 12, "mens": 900, "jacket": 4000, "t": 6000, "shirt": 8000,
    "leggings": 90,
}  # fmt: skip
NAMES = [("Black Denim jacket", 7), ("Denim shirt (black)", 3), ("Blake+ shirt", 5)]
lexicon = Lexicon(WORDS, NAMES)


def test_of_near_words_the_common_one_was_meant() -> None:
    meant = {
        "blakc": "black",
        "bikni": "bikini",
        "drses": "dress",
        "demin": "denim",
        "jaket": "jacket",
        "leggins": "leggings",
        "tshirt": "t shirt",
        "Dress": "dress",
    }
    assert {word: lexicon.meant(word) for word in meant} == meant


def test_what_is_near_to_nothing_stays() -> None:
    assert lexicon.meant("jeans") == "jeans"  # two letters and another first from "mens"
    assert lexicon.meant("qqq") == "qqq"
    assert Lexicon({}, []).meant("dress") == "dress"


def test_a_short_word_may_have_one_error_a_longer_one_two() -> None:
    assert near_words("cat", ["coat", "cost"]) == [("coat", 1)]
    assert near_words("coast", ["coats", "cats", "boast"]) == [
        ("coats", 1),
        ("boast", 2),
        ("cats", 2),
    ]


def test_an_unfinished_word_becomes_the_commonest_ones() -> None:
    assert lexicon.completed("dr", 5) == ["dress", "dresses"]
    assert lexicon.completed("de", 5) == ["denim"]  # of so many, "demi" is none to suggest
    assert lexicon.completed("d", 1) == ["dress"]
    assert lexicon.completed("zz", 5) == []


def test_names_are_found_by_the_beginnings_of_words_best_selling_first() -> None:
    assert lexicon.named(["den"], 5) == [7, 3]
    assert lexicon.named(["shirt", "bla"], 5) == [3, 5]
    assert lexicon.named(["lack"], 5) == []
    assert lexicon.named(["blake+"], 5) == [5]
    assert lexicon.named(["de"], 1) == [7]
    assert Lexicon({}, []).named(["x"], 5) == []
