"""What each ingest read, rejected and accepted."""

from datetime import timedelta

from django.contrib import admin
from django.utils.safestring import SafeString

from catalog.admin import quality
from catalog.admin.base import ReadOnlyAdmin
from catalog.admin.reports import readable
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
