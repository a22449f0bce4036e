"""The vocabulary's data: every entry of every language finds what it stands for."""

from collections import Counter
from functools import lru_cache

import numpy as np
import pytest

from catalog.search.facet_index import NAMED, FacetIndex
from catalog.search.matching import fitting, weights
from catalog.search.ranking import ranked
from catalog.search.result import Ranked
from catalog.search.spelling import spelling
from catalog.search.understanding.concepts import LANGUAGES, Concept, concepts, controls
from catalog.search.understanding.parsing import KnownWords, read
from catalog.search.understanding.vocabulary import vocabulary
from catalog.tests.goods import goods_of
from demo.data.taxonomy import COLOURS, TYPES
from web.json_types import Json

EVERY = concepts()


def example(concept: Concept, type_name: str) -> dict[str, object]:
    """An article with all attributes of a concept."""
    names = {key: values[0].replace("*", "") for key, values in concept.evidence.names.items()}
    said = [concept.evidence.text, concept.prefer.text, concept.must]
    description = ". ".join(" ".join(phrases[0]) for phrases in said if phrases)
    groups = {k: v[0] for k, v in concept.evidence.gate.items() if k != "types"}
    types = {"types": type_name} if type_name else {}
    return {**types, **groups, **names, "description": description}


@lru_cache(maxsize=1)
def shop() -> FacetIndex:
    """An article for every concept and type, plus every type in different colours."""
    rows: list[Json] = []
    for concept in EVERY:
        types = concept.evidence.gate.get("types", concept.suggests or ("",))
        rows += [example(concept, type_name) for type_name in types]
    return goods_of(rows)


def found(phrase: str, goods: FacetIndex) -> Ranked:
    known = KnownWords(goods.texts.known, spelling(goods, vocabulary()).meant)
    return ranked(read(phrase, vocabulary(), known), goods)


@pytest.mark.parametrize("kind", sorted({concept.kind for concept in EVERY}))
def test_each_entry_finds_something_of_its_kind(kind: str) -> None:
    """By kind, not by concept: each test reads the vocabulary's files anew."""
    missing = [
        f"{concept.key}, {language}: {phrase}"
        for concept in EVERY
        if concept.kind == kind
        for language, phrases in concept.phrases.items()
        for phrase in phrases
        if not finds(phrase, concept)
    ]
    assert missing == []


def finds(phrase: str, concept: Concept) -> bool:
    goods = shop()
    answer = found(phrase, goods)
    reading = answer.reading
    if reading is None or not answer.rows.any() or answer.dropped or reading.corrected:
        return False
    if [part.concept for part in reading.parts] == [concept]:
        return concept.soft or bool((fitting(concept, goods)[answer.rows] > 0).all())
    # Of a word with several meanings, another language's comes first when it stands alone.
    meanings = vocabulary().meanings(reading.parts[0].words)
    return concept.key in [m.concept.key for m in meanings if m.concept]


def test_no_phrase_means_two_things_in_one_language() -> None:
    twice = {
        (phrase, meaning.language): [m.concept.key for m in meanings if m.concept]
        for phrase, meanings in vocabulary().exact.items()
        for meaning in meanings
        if meaning.concept
        and Counter(m.language for m in meanings if m.concept)[meaning.language] > 1
    }
    assert twice == {}


def test_every_type_of_the_shop_is_found_by_its_own_name() -> None:
    goods = goods_of([{"types": t.name} for t in TYPES])
    missing = [t.name for t in TYPES if t.name not in ("Unknown", first_type(t.name, goods))]
    assert missing == []


def first_type(query: str, goods: FacetIndex) -> str | None:
    answer = found(query, goods)
    rows = goods.by_score(answer.rows, answer.score)[:1].tolist()
    return next((goods.names["types"][int(goods.of(NAMED["types"][0])[row])] for row in rows), None)


def test_every_colour_is_found_by_its_own_name() -> None:
    goods = goods_of([{"colours": c.name, "types": "Dress"} for c in COLOURS])
    named = {c.name for c in COLOURS} - {"Unknown", "Other"}
    assert sorted(name for name in named if name not in colours_of(f"{name} dress", goods)) == []


def colours_of(query: str, goods: FacetIndex) -> set[str]:
    own = goods.of("colour_group")[found(query, goods).rows]
    return {goods.names["colours"][int(value)] for value in own}


def test_every_control_word_is_of_a_language() -> None:
    assert all(set(by_language) <= set(LANGUAGES) for by_language in controls().values())


def test_the_files_are_nobodys_brands() -> None:
    words = vocabulary().words
    assert not words & {"zara", "nike", "adidas", "levis", "gucci", "uniqlo", "converse"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_known_word_stays_what_it_is(language: str) -> None:
    """In every language: no name in the catalogue makes a known word get corrected."""
    phrases = [p for c in EVERY for p in c.phrases.get(language, ()) if " " not in p]
    near = goods_of([{"name": f"{phrase[:-1]}x", "types": "Dress"} for phrase in phrases])
    assert [p for p in phrases if found(p, near).reading.corrected] == []  # type: ignore[union-attr]


def test_weights_are_shares() -> None:
    goods = shop()
    for concept in EVERY:
        own = weights(concept, goods)
        assert (own >= 0).all()
        assert (own <= 1).all()
        assert np.isfinite(own).all()


def test_reading_the_longest_query_takes_no_time() -> None:
    assert len(read("dress " * 33, vocabulary()).parts) == 33


def test_a_listed_word_keeps_the_type_that_it_names() -> None:
    """A compound listed with an occasion or a feature alone would lose its garment."""
    words = vocabulary()
    lost = [
        phrase
        for (phrase,), meanings in ((p, m) for p, m in words.exact.items() if len(p) == 1)
        for meaning in meanings
        if meaning.language == "de" and meaning.concept and meaning.concept.kind != "type"
        if words.tail(phrase) in ("pullover", "hose", "kleid", "jacke")
    ]
    assert lost == []


def test_what_is_for_kids_stays_with_kids_where_no_text_names_it() -> None:
    goods = goods_of(
        [
            {"types": "Pyjama set", "index_groups": "Ladieswear", "units": 99},
            {"types": "Pyjama set", "index_groups": "Baby/Children"},
            {"types": "Slippers", "index_groups": "Baby/Children", "description": "A dinosaur."},
        ]
    )
    answer = found("dinosaur pyjamas", goods)
    assert np.flatnonzero(answer.rows).tolist() == [1]
    assert [part.concept and part.concept.key for part in answer.dropped] == ["pattern.dinosaur"]


def test_a_set_of_something_is_that() -> None:
    goods = goods_of(
        [
            {"types": "Garment Set", "description": "A set with a ring at the front."},
            {"types": "Ring"},
        ]
    )
    assert np.flatnonzero(found("ring set", goods).rows).tolist() == [1]


def test_of_a_pattern_the_very_word_comes_first() -> None:
    plain = [{"types": "Skirt", "patterns": "Check", "units": 99} for _ in range(9)]
    tartan = {"types": "Skirt", "patterns": "Check", "description": "In a tartan weave."}
    goods = goods_of([*plain, tartan])
    answer = found("tartan skirt", goods)
    assert answer.rows.all()
    assert goods.by_score(answer.rows, answer.score)[0] == 9
