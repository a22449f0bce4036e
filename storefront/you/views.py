"""“Your style”, and the controls by which a shopper steers or ends what is learned about them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from catalog.models import Article
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.widgets.rendering import on_page, shelf_for
from storefront.bag.views import CHANGED, refused
from storefront.bag.wishlist_views import back
from storefront.forms import ArticleForm, ShelfPlaceForm
from storefront.http.middleware import HtmxRequest
from storefront.privacy import erasure as erasing
from storefront.privacy import export as exporting
from storefront.sessions import forget_in_browser
from storefront.templatetags.cards import shelf_card
from storefront.you import style
from streaming.connection import StoreUnavailable
from streaming.erasure import features
from streaming.features import dislikes
from streaming.identity.shoppers import COOKIE, shopper_of

UNAVAILABLE = gettext_noop(
    "The shop can't reach what it has learned at the moment. Try again in a minute."
)


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Shows only the requesting shopper's own data."""
    try:
        context: dict[str, object] = {"style": style.style_of(shopper_of(request))}
    except StoreUnavailable:
        context = {"style": None, "away": gettext(UNAVAILABLE)}
    return render(request, "shop/style.html", context)


@require_POST
def less(request: HtmxRequest) -> HttpResponse:
    """Show less like the article, or undo that with `undo`."""
    form = ArticleForm(request.POST)
    if not form.is_valid():
        return refused(request, form)
    article: Article = form.cleaned_data["article"]
    undo = "undo" in request.POST
    try:
        (dislikes.remove if undo else dislikes.add)(shopper_of(request), article.pk)
    except StoreUnavailable:
        return _unavailable(request)
    if request.htmx:
        return _swapped(request, article, undo=undo)
    if undo:
        message = gettext("%(name)s may be recommended again.")
    else:
        message = gettext("You will see less like %(name)s.")
    messages.success(request, message % {"name": article.name}, extra_tags="" if undo else "style")
    return back(request, "you")


def _swapped(request: HttpRequest, article: Article, *, undo: bool) -> HttpResponse:
    """The card that replaces a disliked one, with an undo."""
    context = {"article": article, "undo": undo, "card": "" if undo else _another(request)}
    response = render(request, "shop/less.html", context)
    return trigger_client_event(response, CHANGED) if undo else response


def _another(request: HttpRequest) -> str:
    """A card for the same place of the shelf, not yet on the page; none if there are no more."""
    form = ShelfPlaceForm(request.POST)
    if not form.is_valid():
        return ""
    on_page(request).update(form.cleaned_data["beside"])
    kind, about = form.cleaned_data["shelf"], form.cleaned_data["about"]
    if RECOMMENDERS[kind].article and about is None:
        return ""
    shelf = shelf_for(request, kind, article=about, k=1)
    if not shelf["cards"]:
        return ""
    (found, item, _), position = shelf["cards"][0], form.cleaned_data["position"]
    return shelf_card(request, shelf["shelf"], found, item, position)


@require_POST
def reset(request: HttpRequest) -> HttpResponse:
    try:
        features.reset(shopper_of(request))
    except StoreUnavailable:
        return _unavailable(request)
    messages.success(request, gettext("Done. The shop has forgotten what it learned about you."))
    return redirect("you")


@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Everything stored about the requesting shopper, as a file."""
    return exporting.download(shopper_of(request))


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Erase for good; the visitor continues as a new shopper, with a new cookie and session."""
    shopper = shopper_of(request)
    erasing.erase(shopper, "the shopper")
    request.session.flush()
    messages.success(request, gettext("Done. Everything the shop knew about you has been erased."))
    response = forget_in_browser(redirect("home"))
    if shopper.startswith("a"):
        response.delete_cookie(COOKIE, samesite="Lax")
    return response


def _unavailable(request: HttpRequest) -> HttpResponse:
    messages.error(request, gettext(UNAVAILABLE))
    return back(request, "you")
