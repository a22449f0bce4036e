from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.models import Article
from recommendations import serving

HERO = 3


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/home.html", {"hero": _hero()})


def _hero() -> list[Article]:
    """The best of what trends now that has a picture, each from another garment group."""
    trending = [item.article for item in serving.recommend("trending", k=24).items]
    pictured = Article.objects.for_cards().filter(summary__has_picture=True)
    best_of_group: dict[int, Article] = {}
    for article in pictured.in_order_of(trending):
        best_of_group.setdefault(article.garment_group_id, article)
    return list(best_of_group.values())[:HERO]
