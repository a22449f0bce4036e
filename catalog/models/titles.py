"""Display names: H&M's raw names without codes, capitals and abbreviations. Pure.

The data, search, the API and the admin use the raw name; only pages show this one: "Jade HW Skinny
Denim TRS (1)" becomes "Jade High Waist Skinny Denim Trousers".
"""

import re
from typing import Final

from web.cache import bounded

# Suffixes: "(1)", "(J)", "(T VP)", and a campaign's price.
TAIL: Final = re.compile(r"\s*(\((\d+|[A-Z]( ?[A-Z]){0,2})\)|\b\d+\.\d\d)$")
# Codes of departments, licences and production runs, wherever they stand alone in capitals.
CODES: Final = frozenset({
    "AG", "AK", "BB", "BG", "CC", "CE", "CNY", "CS", "CSP", "D1", "D2", "D3", "DIV", "DIV+", "DT",
    "ED", "EDC", "EQ", "ES", "GDC", "HLW", "HT", "LE", "MC", "NW", "OC", "OCC", "OL", "PC", "PE",
    "PQ", "RC", "RT", "SB", "SC", "SG", "SP", "TC", "TD", "TP", "TVP", "V5",
})  # fmt: skip
WORDS: Final = {
    "hw": "high waist", "h.w": "high waist", "rw": "regular waist", "r.w": "regular waist",
    "lw": "low waist", "l.w": "low waist", "trs": "trousers", "jkt": "jacket", "blz": "blazer",
    "ls": "long-sleeved", "l/s": "long-sleeved", "ss": "short-sleeved", "s/s": "short-sleeved",
    "pj": "pyjamas", "pyj": "pyjamas", "aop": "printed", "w/hood": "with hood", "drss": "dress",
    "den": "denier", "dnm": "denim", "consc": "conscious", "consc.": "conscious",
    "5pkt": "5-pocket", "longsleeve": "long-sleeved", "shortsleeve": "short-sleeved",
    "rn": "round-neck", "reg": "regular", "vneck": "v-neck",
    "tshirt": "t-shirt", "colab": "collab", "co-lab": "collab",
    # Misspelled in the files.
    "bikin": "bikini", "bikni": "bikini", "braclete": "bracelet", "concious": "conscious",
    "consciuos": "conscious", "consious": "conscious", "cotto": "cotton", "dungeree": "dungaree",
    "earing": "earring", "espandrille": "espadrille", "jaquard": "jacquard",
    "jumpsuite": "jumpsuit", "jumsuit": "jumpsuit", "kitted": "knitted", "leggins": "leggings",
    "legginig": "leggings", "linnen": "linen", "neckalce": "necklace", "playsuite": "playsuit",
    "realaxed": "relaxed", "sholder": "shoulder", "slaks": "slacks", "sweather": "sweater",
    "sweter": "sweater", "swimsuite": "swimsuit", "tigths": "tights", "triangel": "triangle",
    "triangl": "triangle",
}  # fmt: skip
# Short words that the files shout; other short capitals may be sizes or names.
SHORT: Final = frozenset({
    "bag", "big", "bra", "cap", "fit", "fun", "fur", "hat", "low", "mid", "mix", "new", "own",
    "rib", "set", "tee", "top", "zip",
})  # fmt: skip
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
