"""Text as search compares it: one line, without case, accents or invisible characters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.search.understanding.tokens import (
    HIDDEN,
    fold,
    spellings,
    tokens,
    visible,
    words,
)

ANY = st.text(max_size=60)


@given(ANY)
def test_visible_text_is_one_line_of_what_can_be_seen(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert shown == " ".join(shown.split())
    assert not {unicodedata.category(c) for c in shown} & HIDDEN


@given(ANY)
def test_tokens_are_where_they_stand_in_the_text(text: str) -> None:
    shown = visible(text)
    found = tokens(shown)
    assert all(token.key in fold(shown[token.start : token.end]) for token in found)
    ends = [0, *(token.end for token in found)]
    assert all(before <= token.start for before, token in zip(ends, found, strict=False))


@given(ANY)
def test_case_makes_no_difference(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold("É" + text.casefold()) == fold("e" + text.casefold())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Men's T-shirt", ("men", "t", "shirt")),
        ("manteau d’hiver", ("manteau", "hiver")),
        ("Größe 38,5", ("grosse", "38,5")),
        ("KJØLE til 20€", ("kjole", "til", "20", "€")),
        ("a\u00adb c\u200bd", ("a", "b", "c", "d")),
        ("<20 & red+blue", ("<", "20", "&", "red", "+", "blue")),
        ("👗 rot", ("👗", "rot")),
        ("!?… –", ()),
    ],
)
def test_words_of_many_kinds_of_text(text: str, found: tuple[str, ...]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  red\n\tdress ", "red dress"),
        ("so\u00adft", "soft"),
        ("\u202edress", "dress"),
        ("ｒｅｄ", "red"),
        ("cafe\u0301", "café"),
    ],
)
def test_what_cannot_be_seen_is_left_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_an_umlaut_may_be_typed_in_two_ways() -> None:
    assert spellings("Gürtel") == {("gurtel",), ("guertel",)}
    assert spellings("belt") == {("belt",)}
