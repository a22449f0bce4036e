"""Shelf outcomes in the admin."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from catalog.admin.base import ReadOnlyAdmin
from recommendations.attribution.models import Outcome
from recommendations.attribution.outcomes import report


@admin.register(Outcome)
class OutcomeAdmin(ReadOnlyAdmin[Outcome]):
    """A report page instead of a change list: only the stream writes these rows."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "What came of the shelves",
            "opts": self.opts,
            "report": report(request.GET.get("kind")),
        }
        template = "admin/recommendations/outcome/change_list.html"
        return TemplateResponse(request, template, context)
