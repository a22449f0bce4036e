from datetime import date

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from storefront.http import tracking
from storefront.http.errors import bad_request
from storefront.live import live, replaying
from storefront.personas.views import demo_only
from streaming.identity.shoppers import shopper_of
from streaming.producers import producer
from web.json_types import decoded

_decoder = msgspec.json.Decoder(tracking.SeenBatch)


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Everybody sees their own events; the whole stream is for staff, and for all in the demo."""
    everybody = settings.DEMO or request.user.is_staff
    context: dict[str, object] = {
        "live": live.live_view(shopper_of(request), stream=everybody),
        "everybody": everybody,
        "changes": live.CHANGES,
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "shop/live_update.html", context)
    if settings.DEMO:
        context |= {
            "days": replaying.days(),
            "speeds": replaying.SPEEDS,
            "running": replaying.running(),
        }
    return render(request, "shop/live.html", context)


@demo_only
@require_POST
def replay(request: HttpRequest) -> HttpResponse:
    try:
        day, speed = date.fromisoformat(request.POST["day"]), int(request.POST["speed"])
    except (KeyError, ValueError):
        return bad_request(request, "replay: " + gettext("a day and a speed are needed."))
    if speed not in replaying.SPEEDS or day not in replaying.days():
        return bad_request(
            request, "replay: " + gettext("choose a day and a speed from the lists.")
        )
    if replaying.start(day, speed):
        messages.success(request, gettext("Replaying %s.") % replaying.describe_replay(day, speed))
    else:
        messages.info(request, gettext("A replay is already running. One at a time."))
    return redirect("live")


@require_POST
def impressions(request: HttpRequest) -> HttpResponse:
    """Reports cards that came into view, at most 50 at a time; 400 names the invalid field."""
    try:
        batch = decoded(request.body, _decoder)
    except msgspec.DecodeError as error:
        return JsonResponse({"error": str(error)}, status=400)
    producer.publish(*tracking.impressions(request, batch))
    return HttpResponse(status=204)
