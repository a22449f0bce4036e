"""Sessions: whose each is, and what of it goes when another person takes over the browser."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from storefront import sessions
from storefront.models import ShopperSession
from storefront.sessions import ADDRESS, DELIVERY, PERSONAL, SHOPPER, SessionStore
from streaming.identity.shoppers import SESSION_KEY

pytestmark = pytest.mark.django_db
ANONYMOUS = f"a{'7' * 32}"


def saved(**values: object) -> SessionStore:
    session = SessionStore()
    session.update(values)
    session.save()
    return session


@pytest.mark.parametrize(
    ("values", "shopper"),
    [
        ({}, ""),
        ({"removed": [1, 1, ""]}, ""),
        ({SHOPPER: ANONYMOUS, ADDRESS: {"name": "Ada"}}, ANONYMOUS),
        ({SESSION_KEY: 17}, "c17"),
        ({SESSION_KEY: 17, SHOPPER: ANONYMOUS}, "c17"),
    ],
)
def test_a_session_is_found_by_the_shopper_whose_it_is(
    values: dict[str, object], shopper: str
) -> None:
    session = saved(**values)
    row = ShopperSession.objects.get(pk=session.session_key)
    assert (row.shopper, row.get_decoded()) == (shopper, values)


def test_the_next_person_finds_nothing_of_the_one_before() -> None:
    personal = {ADDRESS: {"name": "Ada"}, DELIVERY: {"delivery": "home"}, SHOPPER: ANONYMOUS}
    assert set(personal) == set(PERSONAL)
    session = saved(**personal, theme="dark")
    before = session.session_key
    sessions.rotate(session)
    session.save()
    assert dict(session.items()) == {"theme": "dark"}
    assert session.session_key != before
    assert not ShopperSession.objects.filter(pk=before).exists()


def test_what_is_remembered_names_its_shopper(rf_request: HttpRequest) -> None:
    sessions.remember(rf_request, ADDRESS, {"name": "Ada"})
    assert rf_request.session[ADDRESS] == {"name": "Ada"}
    assert str(rf_request.session[SHOPPER]).startswith("a")


@pytest.fixture
def rf_request() -> HttpRequest:
    request = HttpRequest()
    request.session = SessionStore()
    return request


@pytest.mark.parametrize("staff", [True, False])
def test_only_who_opens_the_admin_signs_in_daily(settings: Settings, staff: bool) -> None:
    user, client = User.objects.create_user("ada", is_staff=staff), Client()
    client.force_login(user)
    left = ShopperSession.objects.get().expire_date - timezone.now()
    age = settings.STAFF_SESSION_AGE if staff else settings.SESSION_COOKIE_AGE
    assert abs(left - timedelta(seconds=age)) < timedelta(minutes=5)


def test_the_browser_is_told_to_forget() -> None:
    response = sessions.forget_in_browser(HttpResponse())
    assert response["Clear-Site-Data"] == '"storage"'
