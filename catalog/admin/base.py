"""Shared by the catalogue's admin pages: read-only, and no page counts a huge table."""

import json
from collections.abc import Iterable
from typing import TypeVar, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from catalog import money
from catalog.images.urls import height_for, image_url
from catalog.models import Article

THUMBNAIL_WIDTH = 120
COUNTED_EXACTLY = 10_000

M = TypeVar("M", bound=Model)


class ReadOnlyAdmin(admin.ModelAdmin[M]):
    """The catalogue mirrors the files: the admin only shows it, and an ingest changes it."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count the whole table
    list_per_page = 50
    actions = None

    class Media:
        css = {"all": ["catalog/admin.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class EstimatingPaginator(Paginator[Model]):
    """Counts exactly where the planner expects few rows, and uses its estimate otherwise."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Model]", self.object_list).order_by()
        plan = rows.explain(format="json")
        if not plan:  # Django knows that nothing matches and runs no query
            return 0
        estimate = json.loads(plan)[0]["Plan"]["Plan Rows"]
        return int(estimate if estimate > COUNTED_EXACTLY else rows.count())


def note(
    request: HttpRequest,
    model: type[Model],
    name: str,
    message: str,
    flag: int = CHANGE,
    key: str | None = None,
) -> None:
    """Log what was done; with the row's `key`, the log links to its page."""
    LogEntry.objects.create(
        user_id=str(request.user.pk),
        content_type=ContentType.objects.get_for_model(model),
        object_id=key,
        object_repr=name,
        action_flag=flag,
        change_message=message,
    )


def money_text(price: float) -> str:
    return f"{settings.CURRENCY}{money.amount(price)}"


def thumbnail(article: int, title: str, width: int = THUMBNAIL_WIDTH // 2) -> SafeString:
    """A small picture of an article, or its placeholder tile."""
    rendition = THUMBNAIL_WIDTH if width <= THUMBNAIL_WIDTH else 360
    return format_html(
        '<img src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
        image_url(article, rendition),
        title,
        width,
        height_for(width),
    )


def pictures(articles: Iterable[Article]) -> SafeString:
    """A row of thumbnails, each linked to its article."""
    links = ((link_to(article, thumbnail(article.pk, str(article))),) for article in articles)
    return format_html('<div class="catalog-pictures">{}</div>', format_html_join("", "{}", links))


def table(rows: Iterable[Iterable[object]]) -> SafeString:
    cells = (format_html_join("", "<td>{}</td>", ((cell,) for cell in row)) for row in rows)
    body = format_html_join("", "<tr>{}</tr>", ((row,) for row in cells))
    return format_html('<table class="catalog-report">{}</table>', body)


def link_to_list(model: type[Model], text: str, **lookups: object) -> SafeString:
    """A link to a model's admin list, filtered by the lookups."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    query = "&".join(f"{name}={value}" for name, value in lookups.items())
    return format_html('<a href="{}?{}">{}</a>', address, query, text)


def link_to(obj: Model, text: str | SafeString | None = None) -> SafeString:
    """A link to an object's own admin page."""
    name = f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(name, args=[obj.pk]), text or str(obj))
