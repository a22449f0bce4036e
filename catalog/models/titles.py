"""Display names: H&M's raw names without codes, capitals and abbreviations. Pure.

The data, search, the API and the admin use the raw name; only pages show this one: "Jade HW Skinny
Denim TRS (1)" becomes "Jade High Waist Skinny Denim Trousers".
"""

import re
from typing import Final

from web.cache import bounded

# Suffixes: "(1)", "(J)", "(T VP)", and a campaign's price.
TAIL: Final = re.compile(r"\s*(\((\d+|[A-Z]( ?[A-Z]){0,2})\)|\b\d+\.\d\d)$")
# Trailing codes of departments, licences and production runs.
CODES: Final = frozenset({
    "AK", "BB", "BG", "CC", "CE", "CNY", "CS", "CSP", "DIV", "DT", "ED", "EDC", "EQ", "ES", "GDC",
    "LE", "MC", "OC", "OL", "PC", "PE", "PQ", "RT", "SB", "SC", "SG", "TD", "TP", "TVP", "V5",
})  # fmt: skip
WORDS: Final = {
    "hw": "high waist", "h.w": "high waist", "rw": "regular waist", "r.w": "regular waist",
    "lw": "low waist", "l.w": "low waist", "trs": "trousers", "jkt": "jacket", "blz": "blazer",
    "ls": "long-sleeved", "l/s": "long-sleeved", "ss": "short-sleeved", "s/s": "short-sleeved",
    "pj": "pyjamas", "pyj": "pyjamas", "aop": "printed", "w/hood": "with hood",
    "den": "denier", "dnm": "denim", "consc": "conscious", "consc.": "conscious",
}  # fmt: skip
PACK: Final = re.compile(r"(\d+)-?(?:p|pk|pack|pcs)", re.IGNORECASE)
SHOUTED: Final = 4


@bounded(50_000)
def title_of(name: str) -> str:
    """The display name; the raw name if nothing would be left."""
    words = without_codes(name)
    shown = [word_of(word, position) for position, word in enumerate(words)]
    text = " ".join(word for word in shown if word)
    return text[:1].upper() + text[1:] if text else name


def without_codes(name: str) -> list[str]:
    """The words of the name without trailing codes; the first word always stays."""
    text = name.strip()
    while (shorter := TAIL.sub("", text)) not in ("", text):
        text = shorter
    words = text.split()
    while len(words) > 1 and words[-1].strip("-") in CODES:
        words.pop()
    return words


def word_of(word: str, position: int) -> str:
    """One word, expanded and not in capitals; "1p" is dropped."""
    if pack := PACK.fullmatch(word):
        return "" if pack[1] == "1" else f"{pack[1]}-pack"
    if spelled := WORDS.get(word.lower()):
        return spelled.title() if word.isupper() else spelled
    if word.isupper() and sum(map(str.isalpha, word)) >= SHOUTED:
        return word.capitalize() if position == 0 else word.lower()
    return word
