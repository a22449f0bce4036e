"""Real ?page= links, with a count that costs nothing where it is known already."""

from __future__ import annotations

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.http import Http404, HttpRequest

from catalog.models import Article
from catalog.querysets import ArticleQuerySet

PER_PAGE = 24


def page_of(
    request: HttpRequest, articles: ArticleQuerySet, total: int | None = None
) -> Page[Article]:
    """The page that ?page= asks for; 404 when there is none such.

    A `total` that is known spares counting the articles.
    """
    paginator = Paginator(articles, PER_PAGE)
    if total is not None:
        paginator.count = total  # the count is kept there once it has been asked for
    try:
        return paginator.page(request.GET.get("page", "1"))
    except (PageNotAnInteger, EmptyPage) as error:
        raise Http404(str(error)) from error
