"""Pagination by real ?page= links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

PER_PAGE = 24
MAX_PAGES = 10


def page_of(request: HttpRequest, things: QuerySet[Any] | Sequence[object]) -> Page[Any]:
    """The page of ?page=; 404 if it doesn't exist."""
    try:
        return Paginator(things, PER_PAGE).page(request.GET.get("page", "1"))
    except (PageNotAnInteger, EmptyPage) as error:
        raise Http404(str(error)) from error


def first_of(request: HttpRequest, page: Page[object]) -> int:
    """The first of the pages that are shown as one list, which ends with the page.

    "Load more" records the list's length in its address, ?from=1&page=3, so that coming back
    restores it. At most MAX_PAGES are shown at once.
    """
    try:
        asked = int(request.GET.get("from", page.number))
    except ValueError as error:
        raise Http404("a page is a number") from error
    if not 1 <= asked <= page.number:
        raise Http404("a list doesn't begin there")
    return max(asked, page.number - MAX_PAGES + 1)
