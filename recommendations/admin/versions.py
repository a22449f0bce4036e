"""Model versions in the admin: inspect, activate, roll back, train now; links to the previews."""

import json

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from catalog.admin.base import note
from recommendations.admin import previews
from recommendations.bundle.format import BundleError
from recommendations.bundle.models import ModelVersion, ModelVersionQuerySet
from recommendations.bundle.versions import activate, previous_version
from recommendations.evaluation import quality
from recommendations.tasks import train

REPORT = "evaluation.html"
OUTFITS = "outfits.svg"


@admin.register(ModelVersion)
class ModelVersionAdmin(admin.ModelAdmin[ModelVersion]):
    change_list_template = "admin/recommendations/modelversion/change_list.html"
    change_form_template = "admin/recommendations/modelversion/change_form.html"
    list_display = [
        "version", "is_active", "status", "as_of", "sales", "map12", "alike", "took"
    ]  # fmt: skip
    fields = (
        "version", "is_active", "status", "error", "created_at", "as_of", "figures", "evaluation",
        "outfits", "contents"
    )  # fmt: skip
    readonly_fields = fields
    actions = ["activate_version"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ModelVersion | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        report = {"name": REPORT, "kind": "text/html"}
        outfits = {"name": OUTFITS, "kind": "image/svg+xml"}
        file = view(self.report_file)
        return [
            path("train/", view(self.train_now), name="recommendations_train"),
            path("<int:pk>/serve/", view(self.serve), name="recommendations_serve"),
            path("<int:pk>/evaluation/", file, report, name="recommendations_evaluation"),
            path(f"<int:pk>/{OUTFITS}", file, outfits, name="recommendations_outfits"),
            *previews.urls(self.admin_site),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        active = ModelVersion.objects.active().first()
        more = {
            "plot": quality.chart(quality.history()),
            "back_to": previous_version(active) if self.has_change_permission(request) else None,
            "may_train": self.has_change_permission(request),
        }
        return super().changelist_view(request, {**(extra_context or {}), **more})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        version = self.get_object(request, object_id)
        waits = version and version.status == ModelVersion.Status.READY and not version.is_active
        usable = bool(waits) and self.has_change_permission(request)
        more = {"may_serve": usable, "show_save": False, "show_save_and_continue": False}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    @admin.display(description="sales")
    def sales(self, version: ModelVersion) -> str:
        counts: dict[str, int] = version.manifest.get("counts", {})
        return f"{counts['sales']:,}" if "sales" in counts else "–"

    @admin.display(description="MAP@12")
    def map12(self, version: ModelVersion) -> str:
        """MAP@12 from the evaluation, or else from the training trial."""
        own = quality.of_version(version)
        value = own.trial if own.evaluated is None else own.evaluated
        return "–" if value is None else f"{value:.4f}"

    @admin.display(description="neighbours of one type")
    def alike(self, version: ModelVersion) -> str:
        share = version.metrics.get("same_type_share")
        return "–" if share is None else f"{share:.0%}"

    @admin.display(description="trained in")
    def took(self, version: ModelVersion) -> str:
        seconds = version.metrics.get("train_s")
        return "–" if seconds is None else f"{seconds:.1f} s"

    @admin.display(description="metrics")
    def figures(self, version: ModelVersion) -> str:
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td></tr>",
            ((name, f"{value:g}") for name, value in sorted(version.metrics.items())),
        )
        return format_html('<table class="metrics-table">{}</table>', rows) if rows else "–"

    @admin.display(description="evaluation")
    def evaluation(self, version: ModelVersion) -> str:
        if not (version.folder / REPORT).is_file():
            return "not evaluated: manage.py evaluate_recommendations"
        address = reverse("admin:recommendations_evaluation", args=[version.pk])
        return format_html('<a href="{}">report</a>', address)

    @admin.display(description="outfits")
    def outfits(self, version: ModelVersion) -> str:
        if not (version.folder / OUTFITS).is_file():
            return "not evaluated: manage.py evaluate_outfits"
        address = reverse("admin:recommendations_outfits", args=[version.pk])
        words = "Shares of hidden articles found, this model beside simpler ways"
        return format_html('<img src="{}" alt="{}">', address, words)

    def report_file(self, request: HttpRequest, pk: int, name: str, kind: str) -> HttpResponse:
        """What an evaluation wrote beside the bundle."""
        version = get_object_or_404(ModelVersion, pk=pk)
        if not self.has_view_permission(request, version):
            raise PermissionDenied
        try:
            return HttpResponse((version.folder / name).read_bytes(), content_type=kind)
        except OSError as error:
            raise Http404("This version was not evaluated.") from error

    @admin.display(description="manifest")
    def contents(self, version: ModelVersion) -> str:
        return format_html("<pre>{}</pre>", json.dumps(version.manifest, indent=1))

    @admin.action(description="Serve from this version", permissions=["change"])
    def activate_version(self, request: HttpRequest, chosen: ModelVersionQuerySet) -> None:
        versions = list(chosen)
        if len(versions) != 1:
            self.message_user(request, "Choose exactly one version.", messages.ERROR)
            return
        self.activate_with_message(request, versions[0])

    def activate_with_message(self, request: HttpRequest, version: ModelVersion) -> None:
        try:
            activate(version)
        except BundleError as error:
            self.message_user(request, f"It can't be used: {error}", messages.ERROR)
        else:
            self.log_change(request, version, "Activated: every process serves from it.")
            self.message_user(request, f"Every process serves from {version} within a second.")

    @method_decorator(require_POST)
    def serve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Activate this version, whether newer or older than the active one."""
        version = get_object_or_404(ModelVersion, pk=pk)
        if not self.has_change_permission(request, version):
            raise PermissionDenied
        self.activate_with_message(request, version)
        return redirect("admin:recommendations_modelversion_changelist")

    @method_decorator(require_POST)
    def train_now(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        try:
            train.apply_async(retry=False)
        except OperationalError as error:
            self.message_user(request, f"The task queue is down: {error}", messages.ERROR)
        else:
            note(request, ModelVersion, "a new version", "Asked for a training.", ADDITION)
            self.message_user(request, "Training is on its way; its row appears when it starts.")
        return redirect("admin:recommendations_modelversion_changelist")
