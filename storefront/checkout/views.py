"""A mock checkout in three steps, kept in the session: address, delivery and payment, review."""

from uuid import uuid4

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from storefront.bag import contents as bag
from storefront.checkout import orders
from storefront.forms import AddressForm, CheckoutForm, DeliveryForm
from storefront.http.errors import bad_request
from storefront.models import Order
from storefront.sessions import ADDRESS, DELIVERY, remember
from streaming.identity.shoppers import shopper_of

STEPS = (
    (1, _("Address"), "checkout"),
    (2, _("Delivery and payment"), "checkout-delivery"),
    (3, _("Review"), "checkout-review"),
)
GET_OR_POST = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(GET_OR_POST)
def address(request: HttpRequest) -> HttpResponse:
    return _ask(request, AddressForm, ADDRESS, step=1)


@never_cache
@require_http_methods(GET_OR_POST)
def delivery(request: HttpRequest) -> HttpResponse:
    if ADDRESS not in request.session:
        return redirect("checkout")
    return _ask(request, DeliveryForm, DELIVERY, step=2)


@never_cache
@require_http_methods(GET_OR_POST)
def review(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _place(request)
    for missing, name in ((ADDRESS, "checkout"), (DELIVERY, "checkout-delivery")):
        if missing not in request.session:
            return redirect(name)
    return _review(request, [])


def _ask(request: HttpRequest, kind: type[Form], kept: str, step: int) -> HttpResponse:
    """Shows a step's form, prefilled from earlier input; a valid one leads to the next step."""
    contents = bag.contents(shopper_of(request))
    if not contents.lines:
        return redirect("bag")
    known = request.session.get(kept)
    form = kind(request.POST) if request.method == "POST" else kind(initial=known)
    if request.method == "POST" and form.is_valid():
        remember(request, kept, form.cleaned_data)
        return redirect(STEPS[step][2])
    context = {"contents": contents, "form": form, "step": step, "steps": STEPS}
    status = 400 if form.errors else 200
    return render(request, "shop/checkout.html", context, status=status)


def _review(request: HttpRequest, changes: list[str]) -> HttpResponse:
    contents = bag.contents(shopper_of(request))
    if not contents.lines:
        return redirect("bag")
    chosen = request.session.get(DELIVERY, {})
    context = {
        "contents": contents,
        "checkout": uuid4(),
        "address": request.session.get(ADDRESS, {}),
        "delivery": dict(DeliveryForm.DELIVERIES).get(chosen.get("delivery")),
        "payment": dict(DeliveryForm.PAYMENTS).get(chosen.get("payment")),
        "changes": changes,
        "step": 3,
        "steps": STEPS,
    }
    return render(request, "shop/review.html", context, status=409 if changes else 200)


def _place(request: HttpRequest) -> HttpResponse:
    form = CheckoutForm(request.POST)
    if not form.is_valid():
        return bad_request(
            request, "checkout: " + gettext("the form is incomplete. Open the checkout again.")
        )
    seen = form.cleaned_data["seen"]
    known = request.session.get(DELIVERY, {})
    chosen = {name: known.get(name, "") for name in ("delivery", "payment")}
    try:
        order = orders.place(request, form.cleaned_data["checkout"], seen, **chosen)
    except orders.EmptyBagError:
        messages.info(request, gettext("There is nothing left in your bag to order."))
        return redirect("bag")
    except orders.ChangedBagError:
        changes = bag.contents(shopper_of(request)).changes_since(seen)
        return _review(request, changes or [gettext("Your bag has changed since you last looked.")])
    for kept in (ADDRESS, DELIVERY):
        request.session.pop(kept, None)
    return redirect("order", order.number)


@never_cache
@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    """Only the shopper who placed an order sees it; for anyone else it doesn't exist."""
    placed = get_object_or_404(Order, number=number, shopper=shopper_of(request))
    lines = list(placed.lines.select_related("article").order_by("pk"))
    units = sum(line.quantity for line in lines)
    context = {
        "order": placed,
        "lines": lines,
        "units": units,
        "delivery": dict(DeliveryForm.DELIVERIES).get(placed.delivery),
        "payment": dict(DeliveryForm.PAYMENTS).get(placed.payment),
    }
    return render(request, "shop/order.html", context)


@never_cache
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    mine = Order.objects.filter(shopper=shopper_of(request))
    placed = mine.prefetch_related("lines__article__summary")[:50]
    return render(request, "shop/orders.html", {"orders": placed})
