from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from storefront import bag, orders
from storefront.forms import CheckoutForm
from storefront.models import Order
from storefront.views.errors import bad_request
from streaming.shoppers import shopper_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    return _place(request) if request.method == "POST" else _form(request)


def _form(request: HttpRequest) -> HttpResponse:
    contents = bag.contents(shopper_of(request))
    if not contents.lines:
        return redirect("bag")
    return render(request, "shop/checkout.html", {"contents": contents, "checkout": uuid4()})


def _place(request: HttpRequest) -> HttpResponse:
    form = CheckoutForm(request.POST)
    if not form.is_valid():
        return bad_request(request, "checkout: the form is incomplete. Open the checkout again.")
    try:
        order = orders.place(request, form.cleaned_data["checkout"])
    except orders.EmptyBagError:
        messages.info(request, "There is nothing left in your bag to order.")
        return redirect("bag")
    return redirect("order", order.number)


@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    """Only the shopper who placed it sees an order; to anyone else there is none."""
    placed = get_object_or_404(Order, number=number, shopper=shopper_of(request))
    lines = list(
        placed.lines.select_related("article__colour", "article__product_type").order_by("pk")
    )
    units = sum(line.quantity for line in lines)
    return render(request, "shop/order.html", {"order": placed, "lines": lines, "units": units})
