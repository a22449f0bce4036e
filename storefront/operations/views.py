from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from storefront.operations import pipeline


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """For staff, and for everybody in the demo; htmx requests only the figures."""
    if not (settings.DEMO or request.user.is_staff):
        return redirect_to_login(request.path, login_url="admin:login")
    figures_only = request.headers.get("HX-Request") == "true"
    template = "shop/pipeline_figures.html" if figures_only else "shop/pipeline.html"
    return render(request, template, {"pipeline": pipeline.pipeline()})
