"""The vocabulary: concepts, the words for them, and the articles that match them.

The files under vocabulary/ are meant to be edited by hand; docs/search.md describes their keys.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from catalog.search.understanding.tokens import words
from web.cache import bounded
from web.json_types import Json

DATA: Final = Path(__file__).parent / "vocabulary"
CONTROL: Final = "words"
LANGUAGES: Final = ("en", "de", "fr", "es", "sv")
# Emoji belong to no language.
EVERY: Final = "emoji"
# Article columns that a concept may refer to.
GATES: Final = ("types", "groups")
COLUMNS: Final = (
    "colours", "masters", "values", "patterns", "index_groups", "indexes", "sections",
    "departments", "garment_groups",
)  # fmt: skip
Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Article attributes by column, and phrases in the texts. `types` and `groups` are required
    where given; of the others one match is enough."""

    gate: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text: tuple[Phrase, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.names or self.text)


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept. `also` is a weaker form of `evidence`; `prefer` ranks matches first; `needed`
    are kinds of evidence that must match; `weaker` are those that count half; `instead` narrows a
    search that had to drop the concept."""

    key: str
    kind: str
    label: str
    phrases: Mapping[str, tuple[str, ...]]
    evidence: Evidence
    also: Evidence | None = None
    prefer: Evidence = Evidence()
    exclude: Evidence = Evidence()
    must: tuple[Phrase, ...] = ()
    needed: frozenset[str] = frozenset()
    weaker: frozenset[str] = frozenset()
    suggests: tuple[str, ...] = ()
    instead: Evidence = Evidence()
    soft: bool = False

    def named(self, phrase: Phrase) -> bool:
        """Whether the phrase is the concept's usual name: its label, or the first English word."""
        usual = (self.label, *self.phrases.get("en", ())[:1])
        return phrase in {words(name) for name in usual}

    def label_in(self, language: str) -> str:
        """The label in a language: outside English, its first phrase there, if it has one."""
        name = (self.label, *self.phrases.get(language, ())[:1])[-1]
        return self.label if language == "en" else name[:1].upper() + name[1:]


def listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def phrases(text: str) -> tuple[Phrase, ...]:
    return tuple(dict.fromkeys(words(part) for part in listed(text)))


@bounded(1, constant=True)
def concepts() -> tuple[Concept, ...]:
    """From all files except the control words."""
    found: list[Concept] = []
    for path in sorted(DATA.glob("*.toml")):
        if path.stem != CONTROL:
            data = tomllib.loads(path.read_text("utf-8"))
            kind = data.pop("kind")
            found += [concept(key, data[key].get("kind", kind), data[key]) for key in data]
    return tuple(found)


@bounded(1, constant=True)
def controls() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Words that control how others are parsed, by role and language."""
    data = tomllib.loads((DATA / f"{CONTROL}.toml").read_text("utf-8"))
    return {
        role: {language: listed(text) for language, text in by_language.items()}
        for role, by_language in data.items()
    }


def concept(key: str, kind: str, data: Json) -> Concept:
    main = evidence(data)
    also = evidence(data["also"]) if "also" in data else None
    if also is not None:
        also = Evidence(
            also.gate or main.gate,
            also.names if also else main.names,
            also.text if also else main.text,
        )
    needed = set(listed(data.get("need", "")))
    if data.get("need_all"):
        needed |= {*main.names, *(["text"] if main.text else [])}
    return Concept(
        key=f"{kind}.{key}",
        kind=kind,
        label=data["label"],
        phrases={lang: listed(data[lang]) for lang in (*LANGUAGES, EVERY) if lang in data},
        evidence=main,
        also=also,
        prefer=Evidence(
            names={"departments": listed(data["prefer_departments"])}
            if "prefer_departments" in data
            else {},
            text=phrases(data.get("prefer", "")),
        ),
        exclude=evidence(data, "not_"),
        must=phrases(data.get("must_text", "")),
        needed=frozenset(needed),
        weaker=frozenset(listed(data.get("weaker", ""))),
        suggests=listed(data.get("suggests", "")),
        instead=evidence(data.get("instead", {})),
        soft=data.get("soft", False),
    )


def evidence(data: Json, prefix: str = "") -> Evidence:
    def given(columns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        return {c: listed(data[prefix + c]) for c in columns if prefix + c in data}

    if prefix:  # exclusions have no gates: any single match is enough
        names = given((*GATES, *COLUMNS))
        return Evidence({}, names, phrases(data.get(f"{prefix}text", "")))
    return Evidence(given(GATES), given(COLUMNS), phrases(data.get("text", "")))
