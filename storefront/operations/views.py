from dataclasses import asdict

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from storefront.operations import health, pipeline
from storefront.operations import metrics as figures


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """For staff, and for everybody in the demo; htmx requests only the figures."""
    if not (settings.DEMO or request.user.is_staff):
        return redirect_to_login(request.path, login_url="admin:login")
    figures_only = request.headers.get("HX-Request") == "true"
    template = "shop/pipeline_figures.html" if figures_only else "shop/pipeline.html"
    return render(request, template, {"pipeline": pipeline.pipeline()})


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
    body = {"ready": ready, "checks": [asdict(check) for check in checks]}
    return JsonResponse(body, status=200 if ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text. Failures show up in it: `stream_store_up 0` without Redis."""
    return HttpResponse(figures.exposition(), content_type=CONTENT_TYPE_LATEST)
