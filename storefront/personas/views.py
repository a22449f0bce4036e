"""Acting as a customer of the data set: in the demo only, 404 elsewhere."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Customer
from storefront.forms import PersonaForm
from storefront.personas import personas
from storefront.personas.labels import name_of
from storefront.sessions import forget_in_browser
from streaming.identity.shoppers import customer_shopper, shopper_of
from streaming.identity.tombstones import tombstones

View = Callable[..., HttpResponse]


def demo_only(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, **captured: int) -> HttpResponse:
        if not settings.DEMO:
            raise Http404("personas are for the demo")
        return view(request, **captured)

    return guarded


@demo_only
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/personas.html", {"personas": personas.gallery()})


@demo_only
@never_cache
@require_safe
def compare(request: HttpRequest, customer: int) -> HttpResponse:
    """What would change on becoming this customer."""
    found = _living(customer)
    context = {
        "person": personas.persona(found),
        "shelves": personas.compared(shopper_of(request), customer_shopper(found.pk)),
    }
    return render(request, "shop/persona.html", context)


def _living(key: int) -> Customer:
    """404 for an erased customer too."""
    if tombstones.hold(customer_shopper(key)):
        raise Http404("an erased customer")
    return get_object_or_404(Customer, pk=key)


@demo_only
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    form = PersonaForm(request.POST)
    if not form.is_valid():
        raise Http404("no such customer")
    key = form.cleaned_data["customer"]
    customer = _living(key) if key else personas.surprise()
    if customer is None:
        messages.info(request, gettext("Nobody has bought anything yet."))
        return redirect("personas")
    personas.switch(request, customer)
    message = gettext("You are shopping as %(name)s.") % {"name": name_of(customer.customer_id)}
    messages.success(request, message)
    return forget_in_browser(redirect("home"))


@demo_only
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    personas.leave(request)
    messages.info(request, gettext("You are shopping as yourself again."))
    return forget_in_browser(redirect("home"))
