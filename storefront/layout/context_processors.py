"""Context of every page: the menu, the bag's count, the shopper."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from catalog.data_version import per_data_version
from catalog.models import Customer
from catalog.navigation import menu
from storefront.http.errors import without_a_database
from storefront.layout import header_state
from storefront.personas.labels import name_of
from streaming import clock
from streaming.identity.shoppers import customer_of


def shop(request: HttpRequest) -> dict[str, object]:
    """Lazy throughout: an admin page or a fragment that shows none of it queries none of it."""
    return {
        **without_a_database(request),
        "data_label": settings.DATA_LABEL,
        "image_server": settings.IMAGE_BASE_URL,
        "demo": settings.DEMO,
        "shop_now": clock.now,
        "menu": SimpleLazyObject(menu),
        "bag_units": SimpleLazyObject(lambda: header_state.of(request).units),
        "wish_count": SimpleLazyObject(lambda: len(header_state.of(request).wishes)),
        "persona": SimpleLazyObject(lambda: _persona(request)),
    }


def _persona(request: HttpRequest) -> str:
    key = customer_of(request)
    return _label_of(key) if key is not None else ""


@per_data_version(most=10_000)
def _label_of(key: int) -> str:
    known = Customer.objects.filter(pk=key).values_list("customer_id", flat=True).first()
    return name_of(known) if known else ""
