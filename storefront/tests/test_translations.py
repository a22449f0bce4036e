"""Everything a shopper reads can be translated: no template has untranslated text."""

import re
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType
from selectolax.lexbor import LexborHTMLParser, LexborNode

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# Operators' pages are in English.
SHOPPERS = [
    path
    for folder in (TEMPLATES, TEMPLATES / "shop", TEMPLATES / "recommendations")
    for path in sorted(folder.glob("*.html"))
    if path.stem not in ("pipeline", "pipeline_figures", "chart", "api_docs", "evaluation")
]
READ = ("aria-label", "title", "placeholder", "alt", "data-title", "data-close")
WORD = re.compile(r"[^\W\d_]{3,}")


def untranslated(source: str) -> Iterator[str]:
    """The template's text and attributes outside translate and blocktranslate."""
    own, inside = "", False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            name = token.contents.split()[0]
            inside = name == "blocktranslate" or (inside and name != "endblocktranslate")
        own += token.contents if token.token_type == TokenType.TEXT and not inside else " "
    body = LexborHTMLParser(own).body
    assert body is not None
    for node in body.traverse(include_text=True):
        yield from WORD.findall(said(node))


def said(node: LexborNode) -> str:
    if node.tag in ("-text", "script"):
        return (node.text_content or "") if node.tag == "-text" else ""
    return " ".join(node.attributes.get(name) or "" for name in READ)


@pytest.mark.parametrize("path", SHOPPERS, ids=lambda path: path.name)
def test_a_template_says_nothing_that_cannot_be_translated(path: Path) -> None:
    assert list(untranslated(path.read_text())) == []


def test_words_that_stand_alone_are_found() -> None:
    source = (
        '<p title="A title">{% translate "Fine" %} Left '
        "{% blocktranslate %}Kept{% endblocktranslate %}</p>"
    )
    assert list(untranslated(source)) == ["title", "Left"]


GERMAN = Path(settings.BASE_DIR) / "locale" / "de" / "LC_MESSAGES"


def test_the_german_catalogue_is_complete_and_compiled() -> None:
    source = (GERMAN / "django.po").read_text()
    assert re.findall(r'msgid "[^"]+"\nmsgstr ""\n\n', source) == []
    assert "fuzzy" not in source
    with (GERMAN / "django.mo").open("rb") as file:
        german = GNUTranslations(file)
    assert german.gettext("Add to bag") == "In die Tasche"
    assert german.ngettext("%d colour", "%d colours", 3) == "%d Farben"


def test_every_word_of_the_templates_stands_in_the_german_catalogue() -> None:
    with (GERMAN / "django.mo").open("rb") as file:
        german = GNUTranslations(file)
    said = {
        words
        for path in SHOPPERS
        for words in re.findall(r"""{% translate ["']([^"']+)["'] %}""", path.read_text())
    }
    assert said
    assert sorted(words for words in said if words not in german._catalog) == []  # type: ignore[attr-defined]
