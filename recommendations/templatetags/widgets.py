"""{% load widgets %}{% shelf "for-you" %} or {% shelf "similar" article=article.pk k=8 %}"""

from django import template
from django.template.context import RequestContext

from recommendations.recommenders.kinds import Kind
from recommendations.serving.serving import DEFAULT_K
from recommendations.widgets.rendering import shelf_for

register = template.Library()


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
    own = shelf_for(request, Kind(kind), article=article, index_group=index_group, k=k)
    return {"request": request, **own}
