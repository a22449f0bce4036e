"""The bag page and the forms that change it. With htmx the response is the part that changed."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from catalog.models import Article
from catalog.sizes import sizes_of
from storefront.bag import contents as bag
from storefront.bag import wishlist
from storefront.forms import AddForm, LineForm, UpdateForm
from storefront.http import tracking
from storefront.http.errors import bad_request, faults_of
from storefront.http.middleware import HtmxRequest
from streaming.events.schema import BagAdd, BagRemove
from streaming.identity.shoppers import shopper_of
from streaming.producers import producer

CHANGED = "shop:changed"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def add(request: HtmxRequest) -> HttpResponse:
    form = AddForm(request.POST)
    if not form.is_valid():
        return _choose_size(request, form) if form.lacks_size else refused(request, form)
    article: Article = form.cleaned_data["article"]
    size: str = form.cleaned_data["size"]
    bag.add(shopper_of(request), article.pk, form.cleaned_data["quantity"], size)
    origin = tracking.origin_of(request.POST)
    producer.publish(tracking.of_article(BagAdd, request, article.pk, origin, size=size or None))
    if "undo" in request.POST:
        return _changed(request)
    if request.htmx:
        response = render(request, "shop/added.html", {"article": article, "size": size})
        return trigger_client_event(response, CHANGED)
    messages.success(
        request, gettext("%(name)s is in your bag.") % {"name": article.title}, extra_tags="bag"
    )
    return redirect("product", article.pk)


def _choose_size(request: HtmxRequest, form: AddForm) -> HttpResponse:
    """Asks for the size that was missing: beside the button, and without htmx on a page."""
    article: Article = form.cleaned_data["article"]
    context = {
        "article": article,
        "sizes": sizes_of(article),
        "quantity": form.cleaned_data.get("quantity") or 1,
        "origin": tracking.origin_of(request.POST),
    }
    if request.htmx:
        return render(request, "shop/choose_size.html", context)
    return render(request, "shop/choose_size_page.html", context, status=400)


@require_POST
def update(request: HtmxRequest) -> HttpResponse:
    form = UpdateForm(request.POST)
    if not form.is_valid():
        return refused(request, form)
    article: Article = form.cleaned_data["article"]
    quantity: int = form.cleaned_data["quantity"]
    size: str = form.cleaned_data["size"]
    if quantity == 0:
        return _removed(request, article, size)
    to_size: str = form.cleaned_data["to_size"]
    if not bag.change(shopper_of(request), article.pk, size, to_size, quantity):
        messages.info(
            request, gettext("Your bag has changed in the meantime. This is how it is now.")
        )
    return _changed(request)


@require_POST
def remove(request: HtmxRequest) -> HttpResponse:
    form = LineForm(request.POST)
    if not form.is_valid():
        return refused(request, form)
    return _removed(request, form.cleaned_data["article"], form.cleaned_data["size"])


def _removed(request: HtmxRequest, article: Article, size: str) -> HttpResponse:
    units = bag.remove(shopper_of(request), article.pk, size)
    if units:
        tell_removed(request, article.pk, size)
        request.session["removed"] = [article.pk, units, size]
    return _changed(request)


def tell_removed(request: HttpRequest, article: int, size: str) -> None:
    """The stream's bag holds articles: it hears when the last size of one has left."""
    if not bag.holds(shopper_of(request), article):
        event = tracking.of_article(BagRemove, request, article, None, size=size or None)
        producer.publish(event)


def _changed(request: HtmxRequest) -> HttpResponse:
    if not request.htmx:
        return redirect("bag")
    return trigger_client_event(_page(request), CHANGED)


def _page(request: HttpRequest) -> HttpResponse:
    """The bag, with an offer to undo a removal."""
    removed = request.session.pop("removed", (None, 0))
    key, units, size = (*removed, "")[:3]  # sessions from before sizes have no third part
    context = {
        "contents": bag.contents(shopper_of(request)),
        "removed": Article.objects.filter(pk=key).first() if key else None,
        "removed_units": units,
        "removed_size": size,
        "later": wishlist.of(shopper_of(request), wishlist.LATER),
    }
    return render(request, "shop/bag.html", context)


def refused(request: HttpRequest, form: Form) -> HttpResponse:
    return bad_request(request, faults_of(form))
