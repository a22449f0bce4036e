"""Staff previews of recommendations: one page for an article, one for a customer."""

from collections.abc import Iterable

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from catalog.admin.base import thumbnail
from catalog.models import Article, Customer
from recommendations.serving.previews import PastAction, ShelfPreview, of_article, of_shopper
from streaming.identity.shoppers import customer_shopper

TEMPLATE = "admin/recommendations/preview.html"


def urls(site: admin.AdminSite) -> list[URLPattern]:
    def article_view(request: HttpRequest, pk: int) -> HttpResponse:
        return about_article(site, request, pk)

    def customer_view(request: HttpRequest, pk: int) -> HttpResponse:
        return about_customer(site, request, pk)

    return [
        path("with/<int:pk>/", site.admin_view(article_view), name="recommendations_with_article"),
        path("to/<int:pk>/", site.admin_view(customer_view), name="recommendations_to_customer"),
    ]


def about_article(site: admin.AdminSite, request: HttpRequest, pk: int) -> HttpResponse:
    """For staff who may view articles."""
    if not request.user.has_perm("catalog.view_article"):
        raise PermissionDenied
    article = get_object_or_404(Article.objects.for_cards(), pk=pk)
    shelves = of_article(article.pk)
    context = {
        "title": f"Recommended with {article}",
        "subject": article,
        "picture": thumbnail(article.pk, article.name, 120),
        "shelves": cards(shelves),
    }
    return TemplateResponse(request, TEMPLATE, {**site.each_context(request), **context})


def about_customer(site: admin.AdminSite, request: HttpRequest, pk: int) -> HttpResponse:
    """For staff who may view customers."""
    if not request.user.has_perm("catalog.view_customer"):
        raise PermissionDenied
    customer = get_object_or_404(Customer, pk=pk)
    known, shelves = of_shopper(customer_shopper(customer.pk))
    context = {
        "title": f"Recommended to customer {customer.pk}, as of now",
        "subject": customer,
        "known": known,
        "done": action_rows(known.actions),
        "shelves": cards(shelves),
    }
    return TemplateResponse(request, TEMPLATE, {**site.each_context(request), **context})


def card(article: Article, width: int, **more: object) -> dict[str, object]:
    """An article with its picture, and what else the page tells of it."""
    return {"article": article, "picture": thumbnail(article.pk, article.name, width), **more}


def action_rows(actions: Iterable[PastAction]) -> list[dict[str, object]]:
    actions = list(actions)
    found = Article.objects.in_bulk([action.article for action in actions])
    return [
        card(found[action.article], 60, kind=action.kind.replace("_", " "), days=action.days)
        for action in actions
        if action.article in found
    ]


def cards(shelves: list[ShelfPreview]) -> list[dict[str, object]]:
    """Each shelf with its articles, in one query; those gone from the catalogue are dropped."""
    keys = {place.item.article for shelf in shelves for place in shelf.places}
    articles = Article.objects.in_bulk(keys)
    return [
        {
            "shelf": shelf,
            "cards": [
                card(articles[place.item.article], 90, place=place)
                for place in shelf.places
                if place.item.article in articles
            ],
        }
        for shelf in shelves
    ]
