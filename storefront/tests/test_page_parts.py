"""Pure parts of pages: addresses of looks, form errors, origins of clicks, taste bars."""

from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from catalog.navigation import Node
from storefront.forms import CheckoutForm, DeliveryForm, PersonaForm, ShelfPlaceForm
from storefront.http.converters import ArticleId, CustomerKey, OrderNumber, Place
from storefront.http.errors import faults_of
from storefront.http.tracking import Origin, origin_of, search_origin_of
from storefront.operations.celery_heartbeats import Worker, schedule_text
from storefront.outfits.outfit_page import OutfitQuery, query_of, toggled
from storefront.you.style import bars, price_range
from web.json_types import Json

# --- the outfit page's address ---


def query(text: str) -> QueryDict:
    return QueryDict(text)


keys = st.lists(st.integers(1, 2**31 - 1), max_size=4, unique=True).map(tuple)


@given(keys, keys, keys, st.none() | st.decimals(1, 999, places=2))
def test_an_address_is_read_back_as_the_look_it_was_made_from(
    article: tuple[int, ...], lock: tuple[int, ...], swap: tuple[int, ...], budget: Decimal | None
) -> None:
    look = OutfitQuery(article=article, lock=lock, swap=swap, slot=("top",), budget=budget)
    read, fault = query_of(query(look.url().partition("?")[2]))
    assert (read, fault) == (look, "")


def test_an_address_forgets_what_was_kept_for_one_swap() -> None:
    look = OutfitQuery(article=(1,), keep=(2, 3), part="shoes")
    assert "keep" not in look.url()
    assert "part" not in look.url(lock=(2,))
    assert "keep=5" in look.url(keep=(5,))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("slot=hat", "slot: Select a valid choice. hat is not one of the available choices."),
        ("article=x", "article: Enter a whole number."),
        ("budget=0", "budget: Ensure this value is greater than or equal to 0.01."),
        ("&".join(f"swap={n}" for n in range(1, 152)), "swap: At most 150 values."),
    ],
)
def test_a_wrong_parameter_is_named(text: str, fault: str) -> None:
    assert query_of(query(text)) == (None, fault)


def test_pieces_that_stay_are_locked_while_one_is_swapped() -> None:
    asked = OutfitQuery(article=(1,), lock=(2,), keep=(2, 3), part="shoes").request([])
    assert (asked.locked, asked.slots) == ((2, 3), ("shoes",))
    assert OutfitQuery(keep=(2,)).request([]).slots == ()  # nothing is added


def test_without_an_article_the_look_starts_from_the_bag() -> None:
    assert OutfitQuery().request([7, 8]).articles == (7, 8)
    assert OutfitQuery(article=(1,)).request([7, 8]).articles == (1,)


@given(st.lists(st.integers(0, 9), unique=True).map(tuple), st.integers(0, 9))
def test_toggling_twice_changes_nothing(values: tuple[int, ...], value: int) -> None:
    assert (value in toggled(values, value)) != (value in values)
    assert set(toggled(toggled(values, value), value)) == set(values)


# --- forms ---


def test_form_errors_carry_the_names_that_shoppers_read() -> None:
    form = DeliveryForm({"delivery": "drone", "payment": "card"})
    assert not form.is_valid()
    assert faults_of(form).startswith("Delivery: Select a valid choice.")
    assert faults_of(CheckoutForm({})) == (
        "checkout: This field is required.; seen: This field is required."
    )


def test_what_is_beside_a_card_is_read_leniently() -> None:
    form = ShelfPlaceForm({"shelf": "for-you", "position": 1, "beside": "5,x,,7,12345678901"})
    assert form.is_valid()
    assert form.cleaned_data["beside"] == [5, 7]


@pytest.mark.parametrize(("customer", "valid"), [("", True), ("1", True), ("0", False)])
def test_a_persona_is_a_key_or_anybody(customer: str, valid: bool) -> None:
    assert PersonaForm({"customer": customer}).is_valid() == valid


# --- where a click came from ---


def test_an_origin_is_read_only_as_a_whole() -> None:
    assert origin_of(query("rec=r1&w=for-you&p=3")) == Origin("r1", "for-you", 3)
    for text in ("", "rec=r1&w=for-you", "rec=r1&w=for-you&p=x", "rec=r1&w=for-you&p=-1"):
        assert origin_of(query(text)) is None


def test_only_a_search_result_names_its_search() -> None:
    found = search_origin_of(query("w=search&q=red+dress&p=2"))
    assert found is not None
    assert (found.query, found.position) == ("red dress", 2)
    assert search_origin_of(query("w=for-you&q=red&p=2")) is None
    assert search_origin_of(query("w=search&p=2")) is None


# --- addresses ---


@pytest.mark.parametrize(
    ("converter", "value", "text"),
    [
        (ArticleId(), 108775015, "0108775015"),
        (CustomerKey(), 17, "17"),
        (OrderNumber(), "7XQS-8SVB", "7XQS-8SVB"),
        (Place(), -1, "-1"),
    ],
)
def test_an_address_and_its_value_convert_into_each_other(
    converter: Any, value: object, text: str
) -> None:
    assert converter.to_url(value) == text
    assert converter.to_python(text) == value


def test_a_place_is_found_by_its_number_whatever_its_name() -> None:
    assert Place().to_url(Node(5, "Men's Wear", 3)) == "5-mens-wear"
    assert Place().to_python("5-any-other-name") == 5
    assert Place().to_python("-1-unknown") == -1


# --- “Your style” and the pipeline page ---


def test_bars_show_the_heaviest_known_values_as_shares_of_all() -> None:
    found = bars({1: 3.0, 2: 1.0, 3: 4.0, 4: 0.0}, {1: "Blue", 2: "Red", 4: "Grey"})
    assert [(bar.name, bar.share) for bar in found] == [("Blue", 37.5), ("Red", 12.5)]
    assert bars({}, {}) == []


@pytest.mark.parametrize(("level", "text"), [(0, "€1 to €1"), (8, "€16 to €23"), (9, "€23 to €32")])
def test_a_price_level_is_half_an_octave_of_money(
    level: int, text: str, settings: Settings
) -> None:
    settings.CURRENCY = "€"
    assert price_range(level) == text


def test_a_silent_worker_is_not_alive() -> None:
    fresh, silent = Worker("a", 3.0), Worker("b", 200.0)
    assert (fresh.is_alive, fresh.silence) == (True, "3 s")
    assert (silent.is_alive, silent.silence) == (False, "3 min")


def test_every_scheduled_task_has_its_time_in_words() -> None:
    entries: Json = django_settings.CELERY_BEAT_SCHEDULE
    texts = {name: schedule_text(entry["schedule"]) for name, entry in entries.items()}
    assert texts["retrain nightly"] == "at 3:00"
    assert texts["relay the outbox"] == "every 5 s"
    assert texts["forget old interactions"] == "every 1 h"
    assert texts["finish erasures"] == "every 1 min"
