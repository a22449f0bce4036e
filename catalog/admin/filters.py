"""Filters that fit the tables: a select for long lists, months for the partitioned one."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from catalog.ingest import partitions
from catalog.models import Transaction


class IndexGroupFilter(admin.RelatedFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "index group"


class SelectFilter(admin.RelatedFieldListFilter):
    """Related rows in one <select>, for more of them than fit beside a table."""

    template = "admin/catalog/select_filter.html"

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        """One entry: the options, and what the form has to keep of the other filters."""
        chosen = str((self.lookup_val or [""])[0])
        params = changelist.filter_params
        yield {
            "name": self.lookup_kwarg,
            "kept": [
                (name, value)
                for name, values in params.items()
                if name != self.lookup_kwarg
                for value in values
            ],
            "options": [(str(pk), name, str(pk) == chosen) for pk, name in self.lookup_choices],
        }

    def expected_parameters(self) -> list[str | None]:
        return [self.lookup_kwarg, self.lookup_kwarg_isnull]


class MonthFilter(admin.SimpleListFilter):
    """One month, which is one partition.

    The newest when nothing else narrows the list, for no index has the whole table's order.
    """

    title = "month"
    parameter_name = "month"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        self.narrowed = bool(request.GET.keys() & {"customer", "article", "q"})
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        months = [partitions.month_of(table) for table in reversed(partitions.attached())]
        return [(f"{month:%Y-%m}", f"{month:%B %Y}") for month in months]

    def has_output(self) -> bool:
        return True

    def value(self) -> str | None:
        """The month asked for if it occurs, else the newest where one is needed."""
        occurring = [value for value, label in self.lookup_choices]
        asked = self.used_parameters.get(self.parameter_name)
        if asked in occurring:
            return str(asked)
        return None if self.narrowed else next(iter(occurring), None)

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Transaction]
    ) -> QuerySet[Transaction]:
        month = self.value()
        if month is None:
            return queryset
        first, after = partitions.bounds_of(date.fromisoformat(f"{month}-01"))
        return queryset.filter(t_dat__gte=first, t_dat__lt=after)

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        """ "All" only where the list is narrowed by something that has an index."""
        entries = super().choices(changelist)
        everything = next(entries)
        if self.narrowed:
            yield dict(everything)
        yield from (dict(entry) for entry in entries)


class DayFilter(admin.SimpleListFilter):
    """One day of the month asked for."""

    title = "day"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        month = request.GET.get("month", "")
        if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
            return []
        first, after = partitions.bounds_of(date.fromisoformat(f"{month}-01"))
        days = [first + date.resolution * n for n in range((after - first).days)]
        return [(f"{day}", f"{day:%a} {day.day}") for day in days]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Transaction]
    ) -> QuerySet[Transaction]:
        asked = self.value()
        if asked not in [value for value, label in self.lookup_choices]:
            return queryset
        return queryset.filter(t_dat=date.fromisoformat(str(asked)))
