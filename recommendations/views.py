"""The shelves as fragments, for htmx and for whoever embeds one."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from rest_framework.exceptions import APIException

from recommendations.api.serializers import ShelfQuery, SimilarQuery
from recommendations.kinds import KINDS
from recommendations.lookups import check_known
from recommendations.widgets import shelf_for


@require_safe
@never_cache
def widget(request: HttpRequest, kind: str) -> HttpResponse:
    """The HTML of one shelf; 4xx with the field named when the query is wrong."""
    if kind not in KINDS:
        raise Http404(f"There is no shelf {kind!r}.")
    query = (SimilarQuery if KINDS[kind].article else ShelfQuery)(data=request.GET)
    try:
        query.is_valid(raise_exception=True)
        check_known(query.validated_data)
    except APIException as error:
        return JsonResponse(error.detail, status=error.status_code, safe=False)
    context = shelf_for(request, kind, **query.validated_data)
    return render(request, "recommendations/shelf.html", context)
