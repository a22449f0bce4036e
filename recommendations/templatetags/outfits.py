"""{% load outfits %}{% outfit articles %}: what completes the outfit around some articles."""

from collections.abc import Iterable

from django import template
from django.template.context import RequestContext
from django.utils.translation import gettext

from recommendations.experiments.strategies import OUTFIT
from recommendations.recommenders.online_features import read_once_per_page
from recommendations.recommenders.shelf import Item, Shelf
from recommendations.serving.outfits import MAX_ARTICLES, Outfit, Request, outfit
from recommendations.widgets.rendering import on_page, shelf_context
from streaming.identity.shoppers import shopper_of
from web.json_types import Json

register = template.Library()


@register.inclusion_tag("recommendations/shelf.html", takes_context=True, name="outfit")
def outfit_shelf(context: RequestContext, articles: Iterable[int]) -> Json:
    """One piece for each missing slot with its reason; renders nothing if there is none."""
    request = context["request"]
    asked = Request(list(articles)[:MAX_ARTICLES], k=0)
    found = outfit(asked, shopper_of(request), read_once_per_page(request))
    shown = shelf_context(shelf_of(found))
    on_page(request).update(article.pk for article, _, _ in shown["cards"])
    return {"request": request, **shown}


def shelf_of(found: Outfit) -> Shelf:
    return Shelf(
        rec_id=found.rec_id,
        kind=OUTFIT,
        title=gettext("Complete the outfit"),
        strategy=found.strategy,
        model_version=found.model_version,
        reason=gettext("Pieces that complete it, chosen to go together"),
        feature_age_ms=None,
        degraded=found.degraded,
        items=[Item(piece.article, piece.score, piece.reason) for piece in found.pieces],
    )
