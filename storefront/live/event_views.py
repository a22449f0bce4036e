import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from storefront.http import tracking
from streaming.producers import producer
from web.json_types import decoded

_decoder = msgspec.json.Decoder(tracking.SeenBatch)


@require_POST
def impressions(request: HttpRequest) -> HttpResponse:
    """Reports cards that came into view, at most 50 at a time; 400 names the invalid field."""
    try:
        batch = decoded(request.body, _decoder)
    except msgspec.DecodeError as error:
        return JsonResponse({"error": str(error)}, status=400)
    producer.publish(*tracking.impressions(request, batch))
    return HttpResponse(status=204)
