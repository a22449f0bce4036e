"""Renders an ingest report for reading."""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


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
