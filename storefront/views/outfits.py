"""Complete the outfit, as a search: from an article or the bag, refined, added as a whole."""

from decimal import Decimal

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Article
from catalog.money import amount
from catalog.search.ranking import cleaned, find
from recommendations import serving
from recommendations.outfits.serving import outfit
from storefront import bag, looks, tracking
from storefront.views.errors import bad_request
from streaming import producer
from streaming.events import BagAdd
from streaming.shoppers import shopper_of

STARTS = 12
WIDGET = "outfit"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    ask, problem = looks.ask_of(request.GET)
    if ask is None:
        return bad_request(request, problem)
    typed = cleaned(request.GET.get("q", ""))
    contents = bag.contents(shopper_of(request)).articles
    if typed or not (ask.article or ask.lock or contents):
        return _start(request, typed, bool(contents))
    return _look(request, ask, contents)


def _start(request: HttpRequest, typed: str, has_bag: bool) -> HttpResponse:
    """Something to start from: what the words find, or what sells now."""
    shown = Article.objects.for_cards()
    if typed:
        articles = list(find(typed, shown).articles[:STARTS])
    else:
        trending = [item.article for item in serving.recommend("trending", k=STARTS).items]
        articles = list(shown.in_order_of(trending))
    context = {"q": typed, "articles": articles, "has_bag": has_bag}
    return render(request, "shop/outfits_start.html", context)


def _look(request: HttpRequest, ask: looks.Ask, contents: list[int]) -> HttpResponse:
    asked = ask.request(contents)
    look = looks.look_of(ask, asked, outfit(asked, shopper_of(request)))
    new = looks.new_ones(look.articles, contents)
    context = {
        "ask": ask,
        "look": look,
        "widget": WIDGET,
        "from_bag": not ask.article,
        "new": new,
        "new_total": _total(new),
        "total": _total(look.articles),
        "slot_chips": looks.slot_chips(ask),
        "colour_chips": looks.colour_chips(ask),
        "budget_chips": looks.budget_chips(ask, settings.CURRENCY),
        "automatic_url": ask.url(slot=()),
        "any_colour_url": ask.url(avoid=()),
        "fresh_url": looks.Ask(article=ask.article).url(),
    }
    return render(request, "shop/outfits.html", context)


def _total(articles: list[Article]) -> Decimal:
    return sum((amount(article.summary.price) for article in articles), Decimal("0.00"))


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put every article of the look into the bag that isn't there yet."""
    form = looks.AskForm(request.POST)
    if not form.is_valid():
        return bad_request(request, "; ".join(f"{f}: {e[0]}" for f, e in form.errors.items()))
    shopper, wanted = shopper_of(request), form.cleaned_data["article"]
    sold = Article.objects.for_cards().filter(pk__in=wanted)
    new = looks.new_ones(sold.in_order_of(wanted), bag.contents(shopper).articles)
    for position, article in enumerate(new):
        bag.add(shopper, article.pk)
        origin = tracking.origin_of(_with_place(request, position))
        producer.publish(tracking.of_article(BagAdd, request, article.pk, origin))
    if new:
        messages.success(request, gettext("The outfit is in your bag: %d new.") % len(new))
    else:
        messages.info(request, gettext("All of it was in your bag already."))
    return redirect("bag")


def _with_place(request: HttpRequest, position: int) -> QueryDict:
    parameters = request.POST.copy()
    parameters["p"] = str(position)
    return parameters
