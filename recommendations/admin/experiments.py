"""Experiments in the admin: set up, start, ramp, stop, and read the results."""

from typing import cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from catalog.admin.base import ReadOnlyAdmin
from recommendations.attribution.models import Exposure, Outcome
from recommendations.attribution.outcomes import report
from recommendations.experiments.models import Experiment, ExperimentQuerySet, Layer, Variant
from recommendations.experiments.results import PLANNED_CHANGE, bars, results

OPEN_TO_CHANGE = ("ramp", "guardrail")


class VariantInline(admin.TabularInline[Variant, Experiment]):
    model = Variant
    extra = 2

    def has_add_permission(self, request: HttpRequest, obj: Experiment | None = None) -> bool:
        return super().has_add_permission(request, obj) and is_draft(obj)

    def has_change_permission(self, request: HttpRequest, obj: Experiment | None = None) -> bool:
        return super().has_change_permission(request, obj) and is_draft(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Experiment | None = None) -> bool:
        return super().has_delete_permission(request, obj) and is_draft(obj)


def is_draft(experiment: Experiment | None) -> bool:
    """Variants are fixed once an experiment has run; changing one would mix old and new results."""
    return experiment is None or experiment.status == Experiment.Status.DRAFT


@admin.register(Layer)
class LayerAdmin(admin.ModelAdmin[Layer]):
    list_display = ["name", "experiments_in_it"]

    @admin.display(description="experiments")
    def experiments_in_it(self, layer: Layer) -> str:
        return ", ".join(str(e) for e in layer.experiments.all()) or "–"


@admin.register(Experiment)
class ExperimentAdmin(admin.ModelAdmin[Experiment]):
    list_display = ["name", "status", "kinds", "layer", "ramp", "shoppers", "outcome"]
    list_filter = ["status", "layer"]
    inlines = [VariantInline]
    readonly_fields = ("status", "started_at", "stopped_at", "stopped_why")
    change_form_template = "admin/recommendations/experiment/change_form.html"

    def get_queryset(self, request: HttpRequest) -> ExperimentQuerySet:
        found = cast("ExperimentQuerySet", super().get_queryset(request).select_related("layer"))
        return found.annotate(exposed=Count("variants__exposures"))

    def get_readonly_fields(
        self, request: HttpRequest, obj: Experiment | None = None
    ) -> tuple[str, ...]:
        fields = tuple(self.readonly_fields)
        if is_draft(obj):
            return fields
        own = ("name", "layer", "kinds", "first_bucket", "last_bucket", "metric")
        return fields + own + (() if obj and obj.status == "running" else OPEN_TO_CHANGE)

    def has_delete_permission(self, request: HttpRequest, obj: Experiment | None = None) -> bool:
        return super().has_delete_permission(request, obj) and is_draft(obj)

    @admin.display(description="shoppers", ordering="exposed")
    def shoppers(self, experiment: Experiment) -> str:
        return f"{vars(experiment)['exposed']:,}"

    @admin.display(description="results")
    def outcome(self, experiment: Experiment) -> str:
        address = reverse("admin:recommendations_experiment_results", args=[experiment.pk])
        return format_html('<a href="{}">results</a>', address)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "recommendations_experiment"
        own = [
            path("<int:pk>/results/", view(self.results_page), name=f"{name}_results"),
            path("<int:pk>/start/", view(require_POST(self.start)), name=f"{name}_start"),
            path("<int:pk>/stop/", view(require_POST(self.stop)), name=f"{name}_stop"),
        ]
        return [*own, *super().get_urls()]

    def results_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        experiment = get_object_or_404(Experiment, pk=pk)
        if not self.has_view_permission(request, experiment):
            raise PermissionDenied
        found = results(experiment)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Results of {experiment}",
            "opts": self.opts,
            "experiment": experiment,
            "results": found,
            "bars": bars(found),
            "planned": PLANNED_CHANGE,
            "first": Exposure.objects.filter(variant__experiment=experiment)
            .order_by("first_ts")
            .first(),
        }
        template = "admin/recommendations/experiment/results.html"
        return TemplateResponse(request, template, context)

    def start(self, request: HttpRequest, pk: int) -> HttpResponse:
        experiment = self._to_change(request, pk)
        try:
            experiment.start()
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            self.log_change(request, experiment, "Started.")
            self.message_user(request, "It runs: every process knows within a second.")
        return redirect("admin:recommendations_experiment_change", pk)

    def stop(self, request: HttpRequest, pk: int) -> HttpResponse:
        experiment = self._to_change(request, pk)
        experiment.stop(f"by {request.user}")
        self.log_change(request, experiment, "Stopped.")
        self.message_user(request, "It is stopped.")
        return redirect("admin:recommendations_experiment_change", pk)

    def _to_change(self, request: HttpRequest, pk: int) -> Experiment:
        experiment = get_object_or_404(Experiment, pk=pk)
        if not self.has_change_permission(request, experiment):
            raise PermissionDenied
        return experiment


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
