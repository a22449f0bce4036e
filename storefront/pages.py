"""Real ?page= links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

PER_PAGE = 24


def page_of(request: HttpRequest, things: QuerySet[Any] | Sequence[Any]) -> Page[Any]:
    """The page that ?page= asks for; 404 when there is none such."""
    try:
        return Paginator(things, PER_PAGE).page(request.GET.get("page", "1"))
    except (PageNotAnInteger, EmptyPage) as error:
        raise Http404(str(error)) from error
