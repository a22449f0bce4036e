"""Who may open what: every route of the configuration has a row, and a new one without it fails.

Outside of the demo, where nobody may act as a customer of the data set.
"""

import uuid
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from pytest_django import Settings

from catalog.models import ApiKey
from catalog.models.api_key import Scope
from recommendations.kinds import KINDS
from recommendations.models import ModelVersion
from storefront.models import Order
from storefront.tests.shops import Shop
from streaming.shoppers import SESSION_KEY

WHO = ("anonymous", "customer", "other", "key without scope", "key", "staff", "superuser")
EVERYBODY, OWNER, OWNER_STAFF_KEY, STAFF, NOBODY = (
    set(WHO),
    {"customer"},
    {"customer", "key", "staff", "superuser"},
    {"staff", "superuser"},
    set[str](),
)
ARTICLE = "0900000001"
PAGES = "shop/<place:index_group>/"
SECTION = f"{PAGES}<place:section>/"
GROUP = f"{SECTION}<place:garment_group>/"
# Route → the address to GET and who gets an answer; the others are sent to log in or get a 4xx.
# A route that only takes POST answers GET with 405, so nobody is let in.
MATRIX: dict[str, tuple[str, set[str]]] = {
    PAGES: ("shop/1/", EVERYBODY),
    SECTION: ("shop/1/61/", EVERYBODY),
    GROUP: ("shop/1/61/7001/", EVERYBODY),
    f"{GROUP}<place:product_type>/": ("shop/1/61/7001/301/", EVERYBODY),
    **{
        route: (route, EVERYBODY)
        for route in (
            "", "bag/", "orders/", "wishlist/", "you/", "you/export/", "live/", "search/",
            "search/suggest/", "healthz", "readyz",
            "metrics", "robots.txt", "sitemap.xml",
            "api/v1/articles/", "api/v1/products/", "api/v1/taxonomy/", "api/v1/menu/",
            "api/v1/trending/",
            "outfits/", "api/v1/outfits/", "api/schema/", "api/docs/",
        )
    },
    **{
        f"api/v1/recommendations/{kind}/": (
            f"api/v1/recommendations/{kind}/?article={ARTICLE}", EVERYBODY
        )
        for kind in KINDS
    },
    "sitemap-<slug:section>.xml": ("sitemap-places.xml", EVERYBODY),
    "article/<article:article>/": (f"article/{ARTICLE}/", EVERYBODY),
    "widgets/<slug:kind>/": ("widgets/new-in/", EVERYBODY),
    "api/v1/articles/<str:article_id>/": (f"api/v1/articles/{ARTICLE}/", EVERYBODY),
    "api/v1/products/<str:product_code>/": ("api/v1/products/0900000/", EVERYBODY),
    "api/v1/models/": ("api/v1/models/", {"key", "superuser"}),
    "api/v1/models/<str:version>/": ("api/v1/models/v1/", {"key", "superuser"}),
    "api/v1/status/": ("api/v1/status/", {"key", "staff", "superuser"}),
    "api/v1/features/<str:shopper>/": ("api/v1/features/c1/", OWNER_STAFF_KEY),
    "orders/<order:number>/": ("", OWNER),
    "ops/": ("ops/", STAFF),
    **{
        route: (route, EVERYBODY)
        for route in ("checkout/", "checkout/delivery/", "checkout/review/")
    },
    **{
        route: (route, NOBODY)
        for route in (
            "outfits/add/",
            "bag/add/", "bag/update/", "bag/remove/", "bag/later/", "wishlist/change/",
            "you/less/", "you/reset/", "you/forget/", "live/replay/", "events/impressions/",
            "personas/", "personas/switch/", "personas/leave/", "api/v1/events/",
        )
    },
}  # fmt: skip


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """All routes but the admin's, which asks for permissions by model."""
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        elif entry.app_name != "admin":
            yield from routes(entry, route)


@pytest.fixture
def clients(shop: Shop, settings: Settings) -> dict[str, Client]:
    settings.DEMO = False
    cache.clear()
    ModelVersion.objects.create(version="v1", created_at=timezone.now())
    found = {who: Client(raise_request_exception=False) for who in WHO}
    for who, customer in (("customer", 1), ("other", 2)):
        session = found[who].session
        session[SESSION_KEY] = customer
        session.save()
    for who, scopes in (("key without scope", []), ("key", list(Scope))):
        key = ApiKey(name=who, scopes=scopes)
        found[who].defaults["HTTP_AUTHORIZATION"] = f"Bearer {key.draw()}"
        key.save()
    found["staff"].force_login(User.objects.create_user("staff", is_staff=True))
    found["superuser"].force_login(User.objects.create_superuser("root"))
    return found


def allowed(clients: dict[str, Client], address: str) -> set[str]:
    """Who gets the page itself, or is sent on within the shop."""
    replies = {who: client.get(f"/{address}") for who, client in clients.items()}
    assert all(reply.status_code < 500 for reply in replies.values()), address
    return {
        who
        for who, reply in replies.items()
        if reply.status_code < 400 and "login" not in reply.headers.get("Location", "")
    }


def test_every_route_has_a_row() -> None:
    assert set(routes(get_resolver())) == set(MATRIX)


def test_each_address_answers_those_it_is_for(clients: dict[str, Client], store: None) -> None:
    wrong = {
        address: allowed(clients, address) ^ expected
        for route, (address, expected) in MATRIX.items()
        if "<order" not in route
        if allowed(clients, address) != expected
    }
    assert wrong == {}


def test_an_order_is_shown_to_who_placed_it_only(clients: dict[str, Client]) -> None:
    order = Order.objects.create(number="7XQS-8SVB", checkout=uuid.uuid4(), shopper="c1", total=1)
    assert allowed(clients, f"orders/{order.number}/") == OWNER


def test_the_admin_is_closed_to_whoever_lacks_the_permission(clients: dict[str, Client]) -> None:
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert allowed(clients, reverse(name)[1:]) == {"superuser"}, name


@pytest.mark.django_db
def test_a_revoked_key_is_refused_even_where_everybody_is_let_in(client: Client) -> None:
    key = ApiKey(name="mine")
    secret = key.draw()
    headers = {"Authorization": f"Bearer {secret}"}
    key.save()
    assert client.get("/api/v1/taxonomy/", headers=headers).status_code == 200
    key.revoke()
    reply = client.get("/api/v1/taxonomy/", headers=headers)
    assert (reply.status_code, reply["Content-Type"]) == (401, "application/problem+json")
    assert secret not in str(ApiKey.objects.values())
