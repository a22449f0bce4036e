from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from storefront.operations import health
from storefront.operations import metrics as figures


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process responds; no dependency is checked."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 if a dependency is down that every page needs; others are only named."""
    checks = health.checks()
    ready = all(check.up for check in checks if check.hard)
    body = {"ready": ready, "checks": [check.as_dict() for check in checks]}
    return JsonResponse(body, status=200 if ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text. Failures show up in it: `stream_store_up 0` without Redis."""
    return HttpResponse(figures.exposition(), content_type=CONTENT_TYPE_LATEST)
