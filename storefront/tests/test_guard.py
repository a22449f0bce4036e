"""Rate limits and sizes of forms, and the security headers of every response."""

import re
import subprocess
import sys
from typing import Final

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from storefront.http import rate_limits
from storefront.models import BagLine
from storefront.tests.actors import Actors, admin_routes
from storefront.tests.shops import Shop
from storefront.tests.test_permissions import MATRIX
from storefront.tests.test_permissions_admin import address_of
from web.api.quotas import Quota, counter

LOGIN: Final = "/admin/login/"


@pytest.fixture(autouse=True)
def _unused(store: None) -> None:
    counter.reset()


def guess(client: Client, name: str, address: str = "10.0.0.1") -> int:
    form = {"username": name, "password": "wrong"}
    return client.post(LOGIN, form, REMOTE_ADDR=address).status_code


@pytest.mark.django_db
def test_passwords_are_not_guessed_at_length(monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_superuser("root", password="right")
    client, form = Client(), {"username": "root", "password": "right"}
    tries = [guess(client, "root") for _ in range(rate_limits.OF_NAME_HERE.most)]
    assert set(tries) == {200}
    reply = client.post(LOGIN, form, REMOTE_ADDR="10.0.0.1")
    assert (reply.status_code, 0 < int(reply["Retry-After"]) <= 300) == (429, True)
    assert guess(client, " ROOT ") == 429
    assert guess(client, "other") == 200
    monkeypatch.setattr(rate_limits, "OF_ADDRESS", Quota(14, 300))
    assert [guess(client, "third"), guess(client, "fourth")] == [200, 429], "whatever the name"
    assert client.post(LOGIN, form, REMOTE_ADDR="10.0.0.2").status_code == 302, "from elsewhere"
    monkeypatch.setattr(rate_limits, "OF_NAME", Quota(14, 3600))
    assert [guess(client, "root", f"10.0.1.{n}") for n in range(2)] == [200, 429], "from anywhere"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/bag/add/", True), ("/bag/update/", True), ("/bag/remove/", True), ("/bag/later/", True),
        ("/wishlist/change/", True), ("/you/less/", True), ("/you/reset/", False),
        ("/you/forget/", False), ("/checkout/", False), ("/checkout/review/", False),
        ("/outfits/add/", False), ("/live/replay/", False), ("/personas/switch/", False),
        ("/events/impressions/", False),
    ],
)  # fmt: skip
def test_a_shopper_s_forms_are_counted(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch, path: str, fields: bool
) -> None:
    client.get("/you/")
    for name in ("FORMS", "IMPRESSIONS"):
        monkeypatch.setattr(rate_limits, name, Quota(1, 86_400))
    form = {"article": shop.dress.article_id} if fields else {}
    assert client.post(path, form).status_code != 429
    client.get("/you/")
    if path in ("/you/forget/", "/personas/switch/"):
        return  # by now a different shopper
    reply = client.post(path, form)
    assert (reply.status_code, "Retry-After" in reply.headers) == (429, True)
    assert "Too many requests" in reply.text
    assert Client().post(path, form).status_code != 429, "others go on"


def test_what_is_costly_has_quotas_of_its_own_by_shopper_and_by_address(
    client: Client, shop: Shop, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rate_limits.COSTLY, "you-reset", Quota(1, 3600))
    settings.FORMS_PER_ADDRESS = 2 * rate_limits.FORMS.most
    client.get("/you/")
    assert [client.post("/you/reset/").status_code for _ in range(2)] == [302, 429]
    assert [Client().post("/you/reset/").status_code for _ in range(2)] == [429, 429]
    assert Client().post("/you/reset/", REMOTE_ADDR="10.0.0.9").status_code == 302


@pytest.mark.usefixtures("no_redis")
def test_without_redis_a_process_counts_for_itself(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/you/")
    monkeypatch.setattr(rate_limits, "FORMS", Quota(1, 86_400))
    form = {"article": shop.dress.article_id}
    assert [client.post("/wishlist/change/", form).status_code for _ in range(2)] == [302, 429]


def test_no_form_is_read_that_is_too_large_and_no_file_is_kept(client: Client, shop: Shop) -> None:
    form: dict[str, object] = {"article": shop.dress.article_id, "more": "x" * 1_100_000}
    for sender in (client, Client(enforce_csrf_checks=True)):
        reply = sender.post("/bag/add/", form)
        assert (reply.status_code, "too large" in reply.text) == (413, True)
    assert client.post(LOGIN, {"username": "x" * 1_100_000}).status_code == 413
    many = {f"f{n}": "" for n in range(201)}
    assert client.post("/bag/add/", many).status_code == 400
    form["more"] = SimpleUploadedFile("a.txt", b"x" * 1000)
    reply = client.post("/bag/add/", form)
    assert reply.status_code == 302
    assert not reply.wsgi_request.FILES
    assert BagLine.objects.count() == 1


# --- what every answer says -------------------------------------------------------------------

INLINE: Final = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)|<style|\sstyle=|\son[a-z]+=", re.I
)


@pytest.mark.usefixtures("shop")
def test_every_page_forbids_what_is_inline_framed_or_sniffed_and_has_nothing_inline() -> None:
    actors, found = Actors(), 0
    places = [address for address, _ in MATRIX.values() if address]
    places += [f"admin/{address_of(route)}" for route in admin_routes() if has_rows(route)]
    for address in places:
        reply = actors.ask("superuser", "GET", address)
        assert reply["X-Content-Type-Options"] == "nosniff", address
        assert reply["X-Frame-Options"] == "DENY", address
        assert reply["Referrer-Policy"] == "same-origin", address
        policy = reply["Content-Security-Policy"]
        assert re.search(r"default-src '(self|none)'(;|$)", policy), address
        assert "unsafe" not in policy, address
        if reply["Content-Type"].startswith("text/html") and reply.status_code == 200:
            found += 1
            assert (address, INLINE.findall(reply.text)) == (address, [])
    assert found > 40


@pytest.mark.parametrize(
    ("page", "count"),
    [
        ("<script>1</script>", 1), ('<p style="a">', 1), ("<b onclick=x>", 1), ("<style>", 1),
        ('<script src="a.js"></script><script type="application/ld+json">{}</script>', 0),
    ],
)  # fmt: skip
def test_what_is_inline_is_seen(page: str, count: int) -> None:
    assert len(INLINE.findall(page)) == count


def has_rows(route: str) -> bool:
    filled = ("catalog/article", "catalog/customer", "auth/", "<")
    return "<" not in route or route.startswith(filled)


def test_cookies_are_for_the_server_alone_and_go_nowhere_else(client: Client, shop: Shop) -> None:
    client.get("/you/")
    client.post("/personas/switch/", {"customer": 1})
    User.objects.create_superuser("root", password="right")
    before = client.session.session_key
    client.post(LOGIN, {"username": "root", "password": "right"})
    assert client.session.session_key != before, "a new one with each sign-in"
    assert client.session.get_expiry_age() <= 12 * 3600, "and no longer than a working day"
    assert {"shopper", "sessionid", "csrftoken"} <= client.cookies.keys()
    for name, cookie in client.cookies.items():
        assert cookie["samesite"] == "Lax", name
        assert bool(cookie["httponly"]) == (name != "csrftoken"), name
    signed_in = client.session.session_key
    client.post("/admin/logout/")
    assert client.session.session_key != signed_in


def test_outside_of_the_demo_cookies_and_pages_need_tls() -> None:
    told = (
        "from django.conf import settings as s; print(s.HTTPS, s.SECURE_SSL_REDIRECT,"
        " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0)"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "storefront.settings", "DEMO": "0"}
    found = subprocess.run(
        [sys.executable, "-c", told],
        cwd=project.BASE_DIR, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.split() == ["True"] * 5
