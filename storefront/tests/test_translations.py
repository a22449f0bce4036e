"""Everything a shopper reads can be translated: no template has untranslated text."""

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize
from selectolax.lexbor import LexborHTMLParser, LexborNode

from recommendations.outfits.constraints import constraints
from recommendations.outfits.slots import slots

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


TRANSLATE = re.compile(r"^(gettext(_noop|_lazy)?|ngettext(_lazy)?|_|pgettext_lazy)$")
ROOMS = ("storefront", "recommendations", "catalog")


def said_in(code: str) -> Iterator[str]:
    """The texts that Python code has translated; of one with a plural, the singular."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name, texts = node.func.id, [a.value for a in node.args if isinstance(a, ast.Constant)]
        if TRANSLATE.match(name) and texts:
            yield str(texts[1] if name.startswith("pgettext") else texts[0])


def said_by_templates() -> Iterator[str]:
    calls = re.compile(r"""\b(?:gettext|_)\((?:u?)('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
    for path in SHOPPERS:
        for found in calls.findall(templatize(path.read_text())):
            yield ast.literal_eval(found)


def said_by_code() -> Iterator[str]:
    for room in ROOMS:
        for path in (Path(settings.BASE_DIR) / room).rglob("*.py"):
            if "tests" not in path.parts and "translation" in (code := path.read_text()):
                yield from said_in(code)


def said_by_data() -> Iterator[str]:
    """The names of an outfit's slots, and why one stays empty."""
    yield from (slot.label for slot in slots().all)
    for occasion in constraints().occasions:
        yield from (occasion.not_worn | occasion.alone).values()


def test_everything_said_to_shoppers_stands_in_the_german_catalogue() -> None:
    with (GERMAN / "django.mo").open("rb") as file:
        german = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    known = {key[0] if isinstance(key, tuple) else key for key in german}
    known = {key.rpartition("\x04")[2] for key in known}
    said = {*said_by_templates(), *said_by_code(), *said_by_data()}
    assert len(said) > 400
    assert sorted(said - known) == []
