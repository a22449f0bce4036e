"""Operators' synonyms: created in the admin, previewed, and effective at once."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from catalog.models import SearchSynonym
from catalog.search.facet_index import facet_index
from catalog.search.ranking import rank
from catalog.search.understanding.parsing import read
from catalog.search.understanding.vocabulary import vocabulary
from catalog.tests.factories import make_article
from web import cache

pytestmark = pytest.mark.django_db
ADD = "/admin/catalog/searchsynonym/add/"


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("op", "", "pw"))
    return client


def found(typed: str) -> list[int]:
    goods = facet_index()
    articles: list[int] = goods.of("article")[rank(typed, goods).rows].tolist()
    return articles


def test_a_synonym_is_searched_for_in_place_of_its_words(operator: Client) -> None:
    make_article(1, name="Glacier", product_type=(2, "Boots"), description="Padded, lined.")
    make_article(2, name="Plain", product_type=(2, "Boots"), description="Rubber.")
    assert found("moonies") == []
    answer = operator.post(ADD, {"words": "Moonies", "means": "padded boots"})
    assert answer.status_code == 302
    cache.empty()
    assert found("moonies") == [1]


def test_its_effect_is_shown(operator: Client) -> None:
    make_article(1, name="Glacier", product_type=(2, "Boots"), description="Padded, lined.")
    synonym = SearchSynonym.objects.create(words="moonies", means="padded boots")
    page = operator.get(f"/admin/catalog/searchsynonym/{synonym.pk}/change/").content.decode()
    assert "Without it, articles: 0" in page
    assert "With it: 1" in page
    assert operator.get("/admin/catalog/searchsynonym/").status_code == 200


@pytest.mark.parametrize(
    ("words", "means", "field"),
    [("??", "boots", "words"), ("moonies", "the", "means"), ("boots", "Boots", "means")],
)
def test_what_would_do_nothing_is_refused(
    operator: Client, words: str, means: str, field: str
) -> None:
    form = operator.post(ADD, {"words": words, "means": means}).context["adminform"].form
    assert list(form.errors) == [field]
    assert not SearchSynonym.objects.exists()


def test_only_whole_phrases_are_replaced() -> None:
    reading = read("red moon boots now", vocabulary(), synonyms={("moon", "boots"): ("gloves",)})
    assert reading.text == "red gloves now"
