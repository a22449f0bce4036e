"""Only what is the same for everybody may be kept by a proxy or a browser."""

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from storefront.tests.actors import EVERYBODY, unlimited
from storefront.tests.shops import Shop
from storefront.tests.test_permissions import MATRIX

PUBLIC = {"search/suggest/", "api/v1/trending/"}
# The browser asks each time whether it has changed: the same for everybody.
ASKED_AGAIN = {
    "api/v1/articles/", "api/v1/products/", "api/v1/taxonomy/", "api/v1/menu/",
    "api/v1/articles/<article:article>/", "api/v1/products/<int:code>/",
}  # fmt: skip


@pytest.mark.parametrize("route", [r for r, (_, who) in MATRIX.items() if who == EVERYBODY])
def test_no_page_or_answer_of_a_shopper_may_be_kept(
    route: str, client: Client, shop: Shop, settings: Settings
) -> None:
    unlimited(settings)
    cache.clear()
    told = client.get(f"/{MATRIX[route][0]}")["Cache-Control"]
    if route in PUBLIC:
        assert "no-store" not in told
    elif route not in ASKED_AGAIN:
        assert {"private", "no-store"} <= {part.strip() for part in told.split(",")}
