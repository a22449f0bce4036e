"""Shelves as HTML fragments, for htmx and for embedding."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from rest_framework.exceptions import APIException

from recommendations.api.serializers import QUERIES, PageQuery
from recommendations.bundle.lookups import check_known
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.widgets.rendering import made_of, on_page, shelf_for
from web.api.problems import CONTENT_TYPE, problem_of


@require_safe
@never_cache
def widget(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of one shelf; 4xx naming the field if the query is invalid."""
    if name not in RECOMMENDERS:
        raise Http404(f"There is no shelf {name!r}.")
    kind = Kind(name)
    try:
        query = QUERIES[kind].run_validation(request.GET)
        check_known(query)
    except APIException as error:
        return refused(request, error)
    context = shelf_for(request, kind, **query)
    return render(request, "recommendations/shelf.html", context)


@require_safe
@never_cache
def widgets(request: HttpRequest) -> HttpResponse:
    """The HTML of several shelves of one page, with no product repeated; 204 if they are made of
    the same as those on the page."""
    query = PageQuery(data=request.GET)
    try:
        query.is_valid(raise_exception=True)
        about = query.validated_data.get("article")
        check_known({"article": about})
    except APIException as error:
        return refused(request, error)
    shown = query.validated_data.get("made_of")
    if shown and shown == made_of(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    on_page(request).update(query.validated_data["beside"])
    context = {"kinds": query.validated_data["kinds"], "article": about}
    return render(request, "recommendations/shelves.html", context)


def refused(request: HttpRequest, error: APIException) -> HttpResponse:
    body = problem_of(error, request.path)
    return JsonResponse(body, status=error.status_code, content_type=CONTENT_TYPE)
