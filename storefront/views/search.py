from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.models import Article
from catalog.search import cleaned, find
from storefront import tracking
from storefront.pages import page_of
from storefront.swatches import Card, with_colours
from streaming import producer
from streaming.events import Search


@dataclass(frozen=True)
class Results:
    """`words` is what was searched for in the end, `corrected` when that isn't what was typed."""

    page: Page[Article]
    cards: list[Card]
    words: str
    corrected: bool


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    typed = cleaned(request.GET.get("q", ""))
    results = _results(request, typed) if typed else None
    if results is not None and results.page.number == 1:
        producer.publish(tracking.made(Search, request, query=typed))
    return render(request, "shop/search.html", {"q": typed, "results": results})


def _results(request: HttpRequest, typed: str) -> Results:
    found = find(typed, Article.objects.for_cards())
    page = page_of(request, found.articles)
    cards = with_colours(list(page.object_list))
    return Results(page, cards, found.words, found.corrected)
