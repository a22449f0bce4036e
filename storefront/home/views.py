from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog import article_cache
from catalog.data_version import per_data_version
from catalog.models import Article
from catalog.navigation import Node, menu
from recommendations.serving import serving

HERO = 3


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    audience = _audience(request.GET.get("audience", ""))
    return render(request, "shop/home.html", {"hero": _hero(), "audience": audience})


def _audience(text: str) -> Node | None:
    """The department whose trends are asked for; 404 for one there isn't."""
    if not text:
        return None
    found = next((node for node in menu() if str(node.pk) == text), None)
    if found is None:
        raise Http404("there is no such department")
    return found


def _hero() -> list[Article]:
    """The best of what trends now that has a picture, each from another garment group; where too
    little of it has one, what sells best."""
    trending = [item.article for item in serving.recommend("trending", k=serving.MAX_K).items]
    known = article_cache.articles(trending)
    found = [known[key] for key in trending if key in known]
    hero = _of_different_groups([], [one for one in found if one.summary.has_picture])
    if len(hero) < HERO:
        hero = _of_different_groups(hero, _best_sellers())
    return hero


@per_data_version()
def _best_sellers() -> list[Article]:
    pictured = Article.objects.for_cards().filter(summary__has_picture=True)
    return list(pictured.popular()[: serving.MAX_K])


def _of_different_groups(chosen: list[Article], more: list[Article]) -> list[Article]:
    best_of_group = {article.garment_group_id: article for article in chosen}
    for article in more:
        best_of_group.setdefault(article.garment_group_id, article)
    return list(best_of_group.values())[:HERO]
