"""Complete the outfit, as a search: from an article or the bag, refined, added as a whole."""

from dataclasses import replace
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from catalog import article_cache
from catalog.models import Article
from catalog.money import amount
from catalog.search.ranking import find, normalise_query
from catalog.sizes import sizes_of
from recommendations.recommenders.kinds import Kind
from recommendations.serving import serving
from recommendations.serving.outfits import Outfit, outfit
from storefront.bag import contents as bag
from storefront.bag.wishlist_views import back
from storefront.http import tracking
from storefront.http.errors import bad_request, faults_of
from storefront.outfits import outfit_page
from streaming.events.schema import BagAdd
from streaming.identity.shoppers import shopper_of
from streaming.producers import producer

STARTS = 12
WIDGET = "outfit"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    query, problem = outfit_page.query_of(request.GET)
    if query is None:
        return bad_request(request, problem)
    typed = normalise_query(request.GET.get("q", ""))
    contents = bag.contents(shopper_of(request)).articles
    if typed or not (query.article or query.lock or contents):
        return _start(request, typed, bool(contents))
    return _look(request, query, contents)


def _start(request: HttpRequest, typed: str, has_bag: bool) -> HttpResponse:
    """Starting points: search results, or what sells now."""
    if typed:
        articles = list(find(typed, Article.objects.for_cards())[:STARTS])
    else:
        trending = serving.recommend(Kind.TRENDING, k=STARTS).items
        articles = article_cache.in_order([item.article for item in trending])
    context = {"q": typed, "articles": articles, "has_bag": has_bag}
    return render(request, "shop/outfits_start.html", context)


def _look(
    request: HttpRequest, query: outfit_page.OutfitQuery, contents: list[int]
) -> HttpResponse:
    asked = query.request(contents)
    look = outfit_page.outfit_page(query, asked, _found(request, query, contents))
    beyond: list[str] = []
    if query.budget is not None and not query.keep:
        unlimited = outfit(replace(asked, budget=None), shopper_of(request))
        beyond = outfit_page.beyond_budget(look.found, unlimited)
    new = outfit_page.new_ones(look.articles, contents)
    context = {
        "ask": query,
        "look": look,
        "widget": WIDGET,
        "beyond": beyond,
        "from_bag": not query.article,
        "in_bag": contents,
        "new": [(article, sizes_of(article)) for article in new],
        "new_total": _total(new),
        "total": _total(look.articles),
        "slot_chips": outfit_page.slot_chips(query),
        "colour_chips": outfit_page.colour_chips(query),
        "budget_chips": outfit_page.budget_chips(query),
        "automatic_url": query.url(slot=()),
        "any_colour_url": query.url(avoid=()),
        "fresh_url": outfit_page.OutfitQuery(article=query.article).url(),
    }
    return render(request, "shop/outfits.html", context)


def _found(request: HttpRequest, query: outfit_page.OutfitQuery, contents: list[int]) -> Outfit:
    shopper = shopper_of(request)
    found = outfit(query.request(contents), shopper)
    kept = tuple(key for key in query.keep if key not in query.lock)
    if not kept:
        return found
    before = outfit(replace(query, keep=(), part="", swap=()).request(contents), shopper)
    return outfit_page.kept_as_they_were(found, before, kept)


def _total(articles: list[Article]) -> Decimal:
    return sum((amount(article.summary.price) for article in articles), Decimal("0.00"))


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add every article of the look that isn't in the bag yet."""
    form = outfit_page.OutfitQueryForm(request.POST)
    if not form.is_valid():
        return bad_request(request, faults_of(form))
    shopper, wanted = shopper_of(request), form.cleaned_data["article"]
    new = outfit_page.new_ones(article_cache.in_order(wanted), bag.contents(shopper).articles)
    sizes = {article.pk: request.POST.get(f"size-{article.pk}", "") for article in new}
    lacking = [one.title for one in new if sizes_of(one) and sizes[one.pk] not in sizes_of(one)]
    if lacking:
        message = gettext("Nothing was added. Choose a size for %s.")
        messages.error(request, message % ", ".join(lacking))
        return back(request, "complete-outfit")
    for position, article in enumerate(new):
        size = sizes[article.pk] if sizes_of(article) else ""
        bag.add(shopper, article.pk, size=size)
        origin = tracking.origin_of({**request.POST.dict(), "p": position})
        event = tracking.of_article(BagAdd, request, article.pk, origin, size=size or None)
        producer.publish(event)
    if new:
        messages.success(request, gettext("The outfit is in your bag. New pieces: %d.") % len(new))
    else:
        messages.info(request, gettext("The whole outfit was already in your bag."))
    return redirect("bag")
