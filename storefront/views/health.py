from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from storefront import health
from streaming import metrics as stream_metrics
from streaming.connection import StoreUnavailable


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 when something is away that no page works without; the rest is only named."""
    checks = health.checks()
    ready = all(check.up for check in checks if check.hard)
    body = {"ready": ready, "checks": [check.as_dict() for check in checks]}
    return JsonResponse(body, status=200 if ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text; 503 with Redis away, which Prometheus records as a failed scrape."""
    try:
        return HttpResponse(stream_metrics.exposition(), content_type="text/plain; version=0.0.4")
    except StoreUnavailable as error:
        return HttpResponse(f"{error}\n", content_type="text/plain", status=503)
