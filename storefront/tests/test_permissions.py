"""Who may open and who may post: every route of the URL configuration has a row, and a route
without one fails. The admin's are in test_permissions_admin.

Outside the demo, where nobody may act as a customer of the data set.
"""

import logging
import uuid

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from pytest_django import Settings

from catalog.models import ApiKey
from recommendations.models import ModelVersion
from recommendations.recommenders.recommenders import RECOMMENDERS
from storefront.models import Order
from storefront.tests.actors import (
    EVERYBODY,
    NOBODY,
    OWNER,
    STAFF,
    Actors,
    routes,
    unlimited,
)
from storefront.tests.shops import Shop

ARTICLE = "0900000001"
PAGES = "shop/<place:index_group>/"
SECTION = f"{PAGES}<place:section>/"
GROUP = f"{SECTION}<place:garment_group>/"
# Route → the address to GET and who gets a response; others are sent to log in or get a 4xx. A
# route that only takes POST answers GET with 405, so nobody is listed.
MATRIX: dict[str, tuple[str, set[str]]] = {
    PAGES: ("shop/1/", EVERYBODY),
    SECTION: ("shop/1/61/", EVERYBODY),
    GROUP: ("shop/1/61/7001/", EVERYBODY),
    f"{GROUP}<place:product_type>/": ("shop/1/61/7001/301/", EVERYBODY),
    **{
        route: (route, EVERYBODY)
        for route in (
            "", "bag/", "orders/", "wishlist/", "you/", "you/export/", "live/", "search/",
            "search/suggest/", "search/photo/", "widgets/", "healthz", "readyz",
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
        for kind in RECOMMENDERS
    },
    "sitemap-<slug:section>.xml": ("sitemap-places.xml", EVERYBODY),
    "article/<article:article>/": (f"article/{ARTICLE}/", EVERYBODY),
    "widgets/<slug:name>/": ("widgets/new-in/", EVERYBODY),
    "api/v1/articles/<str:article_id>/": (f"api/v1/articles/{ARTICLE}/", EVERYBODY),
    "api/v1/search/": ("api/v1/search/?q=shirt", EVERYBODY),
    "api/v1/products/<str:product_code>/": ("api/v1/products/0900000/", EVERYBODY),
    "api/v1/models/": ("api/v1/models/", {"key", "data", "superuser"}),
    "api/v1/models/<str:version>/": ("api/v1/models/v1/", {"key", "data", "superuser"}),
    "api/v1/status/": ("api/v1/status/", STAFF | {"key"}),
    "api/v1/features/<str:shopper>/": (
        "api/v1/features/c1/", OWNER | {"key", "support", "superuser"}
    ),
    "orders/<order:number>/": ("", OWNER),
    "personas/<customer:customer>/": ("personas/1/", NOBODY),
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
            "api/v1/search/photo/",
        )
    },
}  # fmt: skip


# Route → who may POST without being refused: an empty form gets its 400, a completed action its
# 302. A route without a row refuses every POST.
POSTS: dict[str, set[str]] = dict.fromkeys(
    (
        "search/photo/", "api/v1/search/photo/",
        "bag/add/", "bag/update/", "bag/remove/", "bag/later/", "wishlist/change/",
        "checkout/", "checkout/delivery/", "checkout/review/", "outfits/add/",
        "you/less/", "you/reset/", "you/forget/", "events/impressions/",
        "api/v1/events/", "api/v1/outfits/", "sitemap.xml", "sitemap-<slug:section>.xml",
    ),
    EVERYBODY,
)  # fmt: skip
NEEDS_NO_TOKEN = {"api/v1/events/", "api/v1/outfits/", "api/v1/search/photo/"}


@pytest.fixture
def actors(
    shop: Shop,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> Actors:
    caplog.set_level(logging.ERROR, "django")  # a thousand refusals
    settings.DEMO = False
    unlimited(settings)
    cache.clear()
    ModelVersion.objects.create(version="v1", created_at=timezone.now())
    return Actors()


def test_every_route_has_a_row() -> None:
    assert set(routes(get_resolver())) == set(MATRIX)
    assert set(POSTS) <= set(MATRIX)


@pytest.mark.usefixtures("store")
def test_each_address_answers_those_it_is_for(actors: Actors) -> None:
    wrong = {}
    for route, (address, expected) in MATRIX.items():
        if "<order" not in route:
            gets, posts = actors.allowed("GET", address), actors.allowed("POST", address)
            if (gets, posts) != (expected, POSTS.get(route, NOBODY)):
                wrong[route] = (gets ^ expected, posts ^ POSTS.get(route, NOBODY))
    assert wrong == {}


def test_an_order_is_shown_to_who_placed_it_only(actors: Actors) -> None:
    order = Order.objects.create(number="7XQS-8SVB", checkout=uuid.uuid4(), shopper="c1", total=1)
    assert actors.allowed("GET", f"orders/{order.number}/") == OWNER
    assert actors.allowed("POST", f"orders/{order.number}/") == NOBODY


@pytest.mark.usefixtures("shop")
def test_what_a_page_may_post_needs_the_page_s_token() -> None:
    """The API requires it of signed-in users; others have nothing to lose."""
    strict = Client(enforce_csrf_checks=True)
    replies = {route: strict.post(f"/{MATRIX[route][0]}").status_code for route in POSTS}
    assert {route for route, status in replies.items() if status != 403} == NEEDS_NO_TOKEN


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
