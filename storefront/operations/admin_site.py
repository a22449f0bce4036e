"""The shop's admin: Django's, with a dashboard as its first page."""

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse

from storefront.operations.dashboard import panels


class ShopAdminSite(admin.AdminSite):
    site_header = "Shop administration"
    site_title = "Shop administration"
    index_title = "How the shop is doing"

    def index(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> TemplateResponse:
        shown = list(panels(request.user))
        return super().index(request, {**(extra_context or {}), "panels": shown})
