"""The wishlist, the saved list, and the forms that move articles between them and the bag."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Article
from storefront.bag import wishlist as saved
from storefront.bag.views import refused, tell_removed
from storefront.forms import ArticleForm, LineForm
from storefront.http import tracking
from storefront.http.middleware import HtmxRequest
from storefront.listing.swatches import with_colours
from storefront.templatetags.cards import tools_of
from streaming.events.schema import BagAdd
from streaming.identity.shoppers import shopper_of
from streaming.producers import producer


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Redirect to the page of the form, if it is one of ours."""
    place = request.headers.get("Referer", "")
    own = url_has_allowed_host_and_scheme(place, {request.get_host()}, request.is_secure())
    return redirect(place if own else otherwise)


@never_cache
@require_safe
def wishlist(request: HttpRequest) -> HttpResponse:
    kept = saved.of(shopper_of(request), saved.WISHES)
    cards = with_colours([one.article for one in kept])
    return render(request, "shop/wishlist.html", {"cards": cards})


@require_POST
def wish(request: HtmxRequest) -> HttpResponse:
    """Add to the wishlist, or remove with `off`. htmx gets the updated heart."""
    form = ArticleForm(request.POST)
    if not form.is_valid():
        return refused(request, form)
    article: Article = form.cleaned_data["article"]
    wanted = "off" not in request.POST
    if wanted:
        saved.save(shopper_of(request), saved.WISHES, article.pk)
    else:
        saved.drop(shopper_of(request), saved.WISHES, article.pk)
    if request.htmx:
        return HttpResponse(tools_of(request, article, request.POST.get("shelf", "")))
    if wanted:
        message = gettext("%(name)s is on your wishlist.")
    else:
        message = gettext("%(name)s is no longer on your wishlist.")
    messages.success(request, message % {"name": article.title}, extra_tags="wishlist")
    return back(request, "wishlist")


@require_POST
def later(request: HttpRequest) -> HttpResponse:
    """Move an article from the bag to the saved list, or back."""
    form = LineForm(request.POST)
    if not form.is_valid():
        return refused(request, form)
    shopper, article = shopper_of(request), form.cleaned_data["article"].pk
    size: str = form.cleaned_data["size"]
    if "back" in request.POST:
        if saved.move_to_bag(shopper, article, size):
            event = tracking.of_article(BagAdd, request, article, None, size=size or None)
            producer.publish(event)
    elif saved.save_for_later(shopper, article, size):
        tell_removed(request, article, size)
    return redirect("bag")
