"""Who may do what in the admin: a row for every model, and one for every other route.

Roles without any permission on a model get 403, and non-staff are sent to log in.
"""

import logging
import operator
import re
from datetime import date
from typing import Final, NamedTuple
from urllib.parse import quote

import pytest
from django.apps import apps
from django.contrib import admin
from django.utils import timezone
from pytest_django import Settings

from catalog.models import IngestRun, SearchQuery, SearchSynonym
from recommendations.models import Experiment, Layer, ModelVersion, Outcome, Rule, Serving
from storefront.tests.actors import EVERYBODY, NOBODY, STAFF, Actors, admin_routes, unlimited
from storefront.tests.shops import Shop
from streaming.models import ErasedShopper

ROOT = {"superuser"}
MERCHANDISER, DATA, SUPPORT = (ROOT | {role} for role in ("merchandiser", "data", "support"))


class May(NamedTuple):
    """Who may view a model's rows, and who may add, change and delete them."""

    view: set[str]
    add: set[str] = NOBODY
    change: set[str] = NOBODY
    delete: set[str] = NOBODY


GOODS = May(MERCHANDISER | DATA | SUPPORT)
MODELS: Final[dict[str, May]] = {
    "auth.group": May(ROOT, ROOT, ROOT, ROOT),
    "auth.user": May(ROOT, ROOT, ROOT, ROOT),
    "catalog.apikey": May(ROOT, ROOT, ROOT),
    "catalog.customer": May(SUPPORT),
    "catalog.transaction": May(SUPPORT),
    "catalog.ingestrun": May(DATA),
    "catalog.searchsynonym": May(MERCHANDISER, MERCHANDISER, MERCHANDISER, MERCHANDISER),
    "catalog.searchquery": May(MERCHANDISER),
    **dict.fromkeys(
        (
            "catalog.article", "catalog.product", "catalog.productgroup", "catalog.producttype",
            "catalog.appearance", "catalog.colour", "catalog.colourvalue", "catalog.colourmaster",
            "catalog.department", "catalog.index", "catalog.indexgroup", "catalog.section",
            "catalog.garmentgroup",
        ),
        GOODS,
    ),
    "recommendations.experiment": May(DATA, DATA, DATA, ROOT),
    "recommendations.layer": May(DATA, DATA, DATA, ROOT),
    "recommendations.modelversion": May(DATA, change=DATA),
    "recommendations.outcome": May(DATA),
    "recommendations.rule": May(MERCHANDISER, MERCHANDISER, MERCHANDISER, MERCHANDISER),
    "streaming.deadmessage": May(DATA, change=DATA),
    "streaming.erasedshopper": May(SUPPORT, add=SUPPORT),
}  # fmt: skip
EXPERIMENT, RULE = "recommendations/experiment/<int:pk>", "recommendations/rule/<int:pk>"
VERSION, ERASED = "recommendations/modelversion", "streaming/erasedshopper"
# Route → who may GET it, and who may POST.
OTHERS: Final[dict[str, tuple[set[str], set[str]]]] = {
    "": (STAFF, STAFF),
    "login/": (EVERYBODY, EVERYBODY),
    # Without a sign-in, redirects to the first page.
    "logout/": (EVERYBODY - STAFF, EVERYBODY),
    "password_change/": (STAFF, STAFF),
    "password_change/done/": (STAFF, NOBODY),
    "jsi18n/": (STAFF, NOBODY),
    "autocomplete/": (NOBODY, NOBODY),  # no form has such a field
    "r/<path:content_type_id>/<path:object_id>/": (NOBODY, NOBODY),  # no model has a public page
    "<app_label>/": (GOODS.view, GOODS.view),
    "(?P<url>.*)$": (NOBODY, NOBODY),
    "auth/user/<id>/password/": (ROOT, ROOT),
    f"{EXPERIMENT}/results/": (DATA, DATA),
    f"{EXPERIMENT}/start/": (NOBODY, DATA),
    f"{EXPERIMENT}/stop/": (NOBODY, DATA),
    f"{RULE}/preview/": (MERCHANDISER, MERCHANDISER),
    f"{VERSION}/train/": (NOBODY, DATA),
    f"{VERSION}/<int:pk>/serve/": (NOBODY, DATA),
    f"{VERSION}/to/<int:pk>/": (SUPPORT, SUPPORT),
    f"{VERSION}/with/<int:pk>/": (GOODS.view, GOODS.view),
    f"{VERSION}/<int:pk>/evaluation/": (NOBODY, NOBODY),  # this one has no report
    f"{VERSION}/<int:pk>/outfits.svg": (NOBODY, NOBODY),
    f"{ERASED}/export/": (SUPPORT, SUPPORT),
}  # fmt: skip
FIXED: Final = {
    "<app_label>/": "catalog/",
    "(?P<url>.*)$": "nowhere/",
    "r/<path:content_type_id>/<path:object_id>/": "r/1/1/",
    f"{VERSION}/to/<int:pk>/": f"{VERSION}/to/1/",
    f"{VERSION}/with/<int:pk>/": f"{VERSION}/with/900000001/",
}
STANDARD: Final = re.compile(
    r"(\w+)/(\w+)/(|add/|<path:object_id>/|<path:object_id>/(?:change|delete|history)/)"
)


@pytest.fixture
def actors(shop: Shop, settings: Settings, caplog: pytest.LogCaptureFixture) -> Actors:
    """With at least one row of every model."""
    unlimited(settings)
    caplog.set_level(logging.ERROR, "django")
    layer = Layer.objects.create(name="layer")
    Experiment.objects.create(name="experiment", layer=layer, kinds=["for-you"])
    Rule.objects.create(name="rule", kinds=["for-you"])
    ModelVersion.objects.create(version="v1", created_at=timezone.now())
    serving = Serving.objects.create(kind="for-you", strategy="s")
    Outcome.objects.create(day=date(2020, 9, 1), serving=serving)
    IngestRun.objects.create()
    SearchSynonym.objects.create(words="trousers", means="jeans")
    SearchQuery.objects.create(words="linen", last_searched=date(2020, 9, 1))
    ErasedShopper.objects.create(shopper="c3")
    return Actors()


def test_every_model_of_the_admin_has_a_row() -> None:
    assert {model._meta.label_lower for model in admin.site._registry} == set(MODELS)


def test_every_route_of_the_admin_is_open_to_those_its_row_names(actors: Actors) -> None:
    wrong, found = {}, admin_routes()
    assert set(OTHERS) <= found
    for route in found:
        address = f"admin/{address_of(route)}"
        allowed = actors.allowed("GET", address), actors.allowed("POST", address)
        if allowed != expected(route):
            wrong[route] = tuple(map(operator.xor, allowed, expected(route)))
    assert wrong == {}


def expected(route: str) -> tuple[set[str], set[str]]:
    """Who may GET and who POST, by the route's own row or its model's; fails without either."""
    if route in OTHERS:
        return OTHERS[route]
    found = STANDARD.fullmatch(route)
    assert found is not None, f"{route} has no row"
    may, what = MODELS[f"{found[1]}.{found[2]}"], found[3].rpartition(">/")[2]
    by_page = {
        "add/": (may.add, may.add),
        "change/": (may.view | may.change, may.change),
        "delete/": (may.delete, may.delete),
        "history/": (may.view, may.view),
    }
    if found[3] == "<path:object_id>/":  # redirects to the change page
        return STAFF, STAFF
    return by_page.get(what, (may.view, may.view))


def address_of(route: str) -> str:
    """With the key of an existing row."""
    if "<" not in route or route in FIXED:
        return FIXED.get(route, route)
    app, model = route.split("/")[:2]
    row = apps.get_model(app, model)._default_manager.first()
    assert row is not None, f"no row for {route}"
    return re.sub("<[^>]*>", quote(str(row.pk)), route)
