"""{% load widgets %}{% shelf "for-you" %} or {% shelf "similar" article=article.pk k=8 %}"""

from collections.abc import Sequence

from django import template
from django.template.context import RequestContext

from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.serving.serving import DEFAULT_K
from recommendations.widgets import rendering

register = template.Library()


@register.simple_tag(takes_context=True)
def made_of(context: RequestContext, kinds: Sequence[str]) -> str:
    """What the shelves of these kinds are made of; empty if they also change by themselves."""
    if any(RECOMMENDERS[Kind(kind)].trends for kind in kinds):
        return ""
    return rendering.made_of(context["request"])


@register.inclusion_tag("recommendations/shelf.html", takes_context=True)
def shelf(
    context: RequestContext,
    kind: str,
    article: int | None = None,
    index_group: int | None = None,
    k: int = DEFAULT_K,
) -> dict[str, object]:
    """A shelf of cards for the shopper of this request; renders nothing if it is empty."""
    request = context["request"]
    own = rendering.shelf_for(request, Kind(kind), article=article, index_group=index_group, k=k)
    return {"request": request, **own}
