"""What each ingest read, rejected and accepted."""

from datetime import timedelta

from django.contrib import admin
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from catalog.admin import quality
from catalog.admin.base import ReadOnlyAdmin
from catalog.models import IngestRun


@admin.register(IngestRun)
class IngestRunAdmin(ReadOnlyAdmin[IngestRun]):
    list_display = ("started_at", "status", "took", "data_dir")
    list_filter = ("status",)
    fields = (
        ("status", "started_at", "finished_at"), "took", "data_dir", "changes", "plots", "gaps",
        "report_tables",
    )  # fmt: skip

    @admin.display(description="Took")
    def took(self, run: IngestRun) -> timedelta | None:
        if run.finished_at is None:
            return None
        return timedelta(seconds=round((run.finished_at - run.started_at).total_seconds()))

    @admin.display(description="Since the run before")
    def changes(self, run: IngestRun) -> SafeString | str:
        return readable(quality.changes(run))

    @admin.display(description="Distributions")
    def plots(self, run: IngestRun) -> SafeString:
        return quality.plots(run)

    @admin.display(description="Empty cells")
    def gaps(self, run: IngestRun) -> SafeString | str:
        return readable(quality.gaps(run))

    @admin.display(description="Report")
    def report_tables(self, run: IngestRun) -> SafeString | str:
        return readable(run.report)


def readable(value: object) -> SafeString | str:
    """JSON as nested HTML tables, with readable names and thousands separators."""
    if isinstance(value, dict):
        rows = format_html_join(
            "",
            "<tr><th>{}</th><td>{}</td></tr>",
            ((str(name).replace("_", " "), readable(entry)) for name, entry in value.items()),
        )
        return format_html('<table class="catalog-report">{}</table>', rows) if value else "none"
    if value in (None, []):
        return "none"
    if isinstance(value, list):
        return format_html_join("", "<div>{}</div>", ((readable(entry),) for entry in value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(intcomma(round(value, 3 if abs(value) < 10 else 1)))
    return str(intcomma(value)) if isinstance(value, int) else str(value)
