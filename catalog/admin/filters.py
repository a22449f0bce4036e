"""Admin filters for large tables: a select for long lists, months for the partitioned table."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.cache import cache
from django.db.models import Max, Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from catalog.ingest import partitions
from catalog.models import IngestRun, Transaction
from catalog.period import month_of
from catalog.quantities import key_of

if TYPE_CHECKING:
    from django.contrib.admin.filters import _ListFilterChoices

LAST_DAY_S = 3600
SHORTEST_ID = 9


class IndexGroupFilter(admin.RelatedFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "index group"


class SelectFilter(admin.RelatedFieldListFilter):
    """Related rows in a <select>, for when there are too many to list beside the table."""

    template = "admin/catalog/select_filter.html"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model] | None:
        """The form submits "All" as an empty value."""
        emptied = request.GET.get(str(self.lookup_kwarg)) == ""
        return queryset if emptied else super().queryset(request, queryset)

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, object]]:  # type: ignore[override]
        """A single entry: the options, and the other filters, which the form must preserve."""
        chosen = str((self.lookup_val or [""])[0])
        params = changelist.filter_params
        yield {
            "name": self.lookup_kwarg,
            "other_filters": [
                (name, value)
                for name, values in params.items()
                if name != self.lookup_kwarg
                for value in values
            ],
            "options": [(str(pk), name, str(pk) == chosen) for pk, name in self.lookup_choices],
        }

    def expected_parameters(self) -> list[str | None]:
        return [self.lookup_kwarg, self.lookup_kwarg_isnull]


def is_narrowed(request: HttpRequest) -> bool:
    """Whether the list of transactions is narrowed to a customer or an article."""
    return bool(request.GET.keys() & {"customer", "article"} or request.GET.get("q"))


def is_indexed(request: HttpRequest) -> bool:
    """Whether an index narrows the list: customers have one, an article's month is scanned."""
    term = request.GET.get("q", "").strip()
    return "customer" in request.GET or bool(term and article_key(term) is None)


def article_key(term: str) -> int | None:
    """The key if the search term is an article id."""
    return key_of(term) if len(term) >= SHORTEST_ID else None


def chosen_month(request: HttpRequest) -> date | None:
    """The requested month if it exists; else the newest, unless an index narrows the list."""
    months = {f"{month:%Y-%m}": month for month in map(month_of, partitions.attached())}
    newest = None if is_indexed(request) else max(months.values(), default=None)
    return months.get(request.GET.get("month", ""), newest)


def last_day(month: date) -> date | None:
    """The month's last day with sales; cached until the next ingest."""
    run = IngestRun.objects.values_list("pk", "status").first()
    name = f"admin:last-day:{month}:{run}".replace(" ", "")
    found: date | None = cache.get(name)
    if found is None:
        found = find_last_day(month)
        cache.set(name, found, LAST_DAY_S)
    return found


def find_last_day(month: date) -> date | None:
    """Tries each day from the end, as the BRIN index answers for one day by reading a page or two.

    Uses `max`: with LIMIT 1 PostgreSQL expects to find the day early and scans the partition from
    its start.
    """
    first, after = partitions.bounds_of(month)
    for back in range(1, (after - first).days + 1):
        day = after - date.resolution * back
        if Transaction.objects.filter(t_dat=day).aggregate(last=Max("t_dat"))["last"]:
            return day
    return None


class TimeFilter(admin.SimpleListFilter):
    """A period: a day, unless the list is narrowed to a customer, or an article in a month.

    A month is a partition that no index keeps in order; a single day is small enough to sort while
    the user waits.
    """

    narrows = staticmethod(is_narrowed)

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        self.month = chosen_month(request)
        self.narrowed = self.narrows(request)
        super().__init__(request, params, model, model_admin)

    def has_output(self) -> bool:
        return bool(self.lookup_choices)

    def choices(self, changelist: ChangeList) -> "Iterator[_ListFilterChoices]":
        entries = super().choices(changelist)
        return entries if self.narrowed else islice(entries, 1, None)


class MonthFilter(TimeFilter):
    narrows = staticmethod(is_indexed)
    title = "month"
    parameter_name = "month"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        months = [month_of(table) for table in reversed(partitions.attached())]
        return [(f"{month:%Y-%m}", f"{month:%B %Y}") for month in months]

    def value(self) -> str | None:
        return None if self.month is None else f"{self.month:%Y-%m}"

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Transaction]
    ) -> QuerySet[Transaction]:
        if self.month is None:
            return queryset
        first, after = partitions.bounds_of(self.month)
        return queryset.filter(t_dat__gte=first, t_dat__lt=after)


class DayFilter(TimeFilter):
    title = "day"
    parameter_name = "day"
    template = "admin/catalog/day_filter.html"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Days of the month, by number, so that switching months preserves the day."""
        if self.month is None:
            return []
        first, after = partitions.bounds_of(self.month)
        return [(str(day), str(day)) for day in range(1, (after - first).days + 1)]

    @cached_property
    def day(self) -> date | None:
        asked = self.used_parameters.get(self.parameter_name)
        if self.month is None:
            return None
        if asked in dict(self.lookup_choices):
            return self.month.replace(day=int(str(asked)))
        return None if self.narrowed else last_day(self.month)

    def value(self) -> str | None:
        return None if self.day is None else str(self.day.day)

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Transaction]
    ) -> QuerySet[Transaction]:
        return queryset if self.day is None else queryset.filter(t_dat=self.day)
