from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.navigation import Node, menu
from recommendations.experiments.shelf_order import shelf_order
from recommendations.recommenders.online_features import read_once_per_page
from storefront.home.hero import department_tiles, hero_of
from streaming import clock, keys
from streaming.events.spans import DAY_MS
from streaming.identity.shoppers import is_new, shopper_of

# In the page's default order; shelves that the shopper uses more move up.
SHELVES: Final = ("for-you", "because-you-viewed", "new-in", "buy-again", "recently-viewed")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    audience = _audience(request.GET.get("audience", ""))
    # Somebody who has done nothing yet has clicked on no shelf.
    shopper = shopper_of(request) if has_acted(request, audience) else None
    context = {
        "hero": hero_of(request),
        "tiles": department_tiles(),
        "shelves": shelf_order(SHELVES, shopper, clock.now_ms() // DAY_MS),
        "audience": audience,
    }
    return render(request, "shop/home.html", context)


def has_acted(request: HttpRequest, audience: Node | None) -> bool:
    """Whether the shopper has features, or that is unknown. Everything that the page's shelves need
    of Redis is read for it, in one round trip."""
    shopper = shopper_of(request)
    top = keys.top(audience.pk if audience else None)
    live = read_once_per_page(request)(None if is_new(request) else shopper, top)
    return live is None or live.age_ms is not None


def _audience(text: str) -> Node | None:
    """The department whose trends are requested; 404 if it doesn't exist."""
    if not text:
        return None
    found = next((node for node in menu() if str(node.pk) == text), None)
    if found is None:
        raise Http404("there is no such department")
    return found
