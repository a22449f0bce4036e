"""Display names: H&M's raw names without codes, capitals and abbreviations. Pure.

The data, search, the API and the admin use the raw name; only pages show this one: "Jade HW Skinny
Denim TRS (1)" becomes "Jade High Waist Skinny Denim Trousers".
"""

import re
from typing import Final

from web.cache import bounded
from web.files import table

# Suffixes: "(1)", "(J)", "(T VP)", and a campaign's price.
TAIL: Final = re.compile(r"\s*(\((\d+|[A-Z]( ?[A-Z]){0,2})\)|\b\d+\.\d\d)$")
_NAMES: Final = table(__file__, "titles.toml")
CODES: Final = frozenset(_NAMES["codes"])
WORDS: Final[dict[str, str]] = _NAMES["words"]
SHORT: Final = frozenset(_NAMES["short"])
PACK: Final = re.compile(r"(\d+)-?(?:p|pk|pack|pcs)", re.IGNORECASE)
SPLIT_PACK: Final = re.compile(r"\b(\d+) (?=(?:p|pk|pack|pcs|pkt)\b)", re.IGNORECASE)
SHOUTED: Final = 4


@bounded(50_000, constant=True)
def title_of(name: str) -> str:
    """The display name; the raw name if nothing would be left."""
    words = without_codes(name)
    titled = any(word.istitle() for word in words[1:])
    shown = [word_of(word, position, titled) for position, word in enumerate(words)]
    text = " ".join(word for word in shown if word)
    return text[:1].upper() + text[1:] if text else name


def without_codes(name: str) -> list[str]:
    """The words of the name without codes; the first word if nothing else would be left."""
    text = SPLIT_PACK.sub(r"\1", name.strip(" .,"))
    while (shorter := TAIL.sub("", text)) not in ("", text):
        text = shorter
    words = text.split()
    named = [word for word in words if word.strip("-") not in CODES and word not in ("-", "+")]
    return named or words[:1]


def word_of(word: str, position: int, titled: bool) -> str:
    """One word, expanded and not in capitals; "1p" is dropped. `titled`: Other Words Begin So."""
    if pack := PACK.fullmatch(word):
        return "" if pack[1] == "1" else f"{pack[1]}-pack"
    if spelled := WORDS.get(word.lower()):
        return spelled.title() if titled and word.isupper() else spelled
    if word.isupper() and (sum(map(str.isalpha, word)) >= SHOUTED or word.lower() in SHORT):
        return word.capitalize() if position == 0 else word.lower()
    return word
