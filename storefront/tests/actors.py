"""The kinds of clients that permission tests use, and the routes of the URL configuration."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from catalog.models import ApiKey
from catalog.models.api_key import Scope
from streaming.identity.shoppers import SESSION_KEY
from streaming.identity.tombstones import tombstones

WHO = (
    "anonymous", "customer", "other", "key without scope", "key",
    "merchandiser", "data", "support", "staff", "superuser",
)  # fmt: skip
ROLES = {"merchandiser", "data", "support"}
EVERYBODY, NOBODY, OWNER = set(WHO), set[str](), {"customer"}
STAFF = ROLES | {"staff", "superuser"}
REFUSED = (401, 403, 404, 405)


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Every route of the URL configuration except the admin's."""
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        elif entry.app_name != "admin":
            yield from routes(entry, route)


def admin_routes() -> set[str]:
    """The admin's routes, without their prefix; its app index matches any app."""
    found: list[URLPattern | URLResolver] = get_resolver().url_patterns
    parts = [entry for entry in found if isinstance(entry, URLResolver)]
    own = [route for part in parts if part.app_name == "admin" for route in routes(part)]
    return {"<app_label>/" if route.startswith("^(?P<app_label>") else route for route in own}


def unlimited(settings: Settings) -> None:
    """Rate limits are tested elsewhere."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.endswith(".Guard")]


class Actors:
    """One client of each kind. The effect of a POST is undone before the next request."""

    def __init__(self) -> None:
        # Shared: each new client rebuilds the middleware, which takes most of a request.
        self.client = Client(raise_request_exception=False)
        self.cookies: dict[str, str] = {}
        self.headers: dict[str, dict[str, str]] = {who: {} for who in WHO}
        for who, customer in (("customer", 1), ("other", 2)):
            session = Client().session
            session[SESSION_KEY] = customer
            session.save()
            self.cookies[who] = str(session.session_key)
        for who, scopes in (("key without scope", []), ("key", list(Scope))):
            key = ApiKey(name=who, scopes=scopes)
            self.headers[who] = {"Authorization": f"Bearer {key.draw()}"}
            key.save()
        for who in STAFF:
            self.cookies[who] = self.signed_in(who)

    @staticmethod
    def signed_in(who: str) -> str:
        user = User.objects.create_user(who, is_staff=True, is_superuser=who == "superuser")
        if who in ROLES:
            user.groups.add(Group.objects.get(name=who))
        client = Client()
        client.force_login(user)
        return str(client.session.session_key)

    def allowed(self, method: str, address: str) -> set[str]:
        """Who gets a response, or a redirect within the shop: not refused, not sent to log in."""
        replies = {who: self.ask(who, method, address) for who in WHO}
        assert all(reply.status_code < 500 for reply in replies.values()), address
        return {
            who
            for who, reply in replies.items()
            if reply.status_code not in REFUSED and "login" not in reply.headers.get("Location", "")
        }

    def ask(self, who: str, method: str, address: str) -> Any:
        client = self.client
        client.cookies.clear()
        if who in self.cookies:
            client.cookies["sessionid"] = self.cookies[who]
        if method == "GET":
            return client.get(f"/{address}", headers=self.headers[who])
        with transaction.atomic():
            reply = client.generic(method, f"/{address}", headers=self.headers[who])
            transaction.set_rollback(True)
        tombstones.reset()
        return reply
