"""The admin's dashboard, limited to what the user may see."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import wraps
from typing import Final, TypeVar, cast

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.contrib.humanize.templatetags.humanize import intcomma, naturaltime
from django.core.exceptions import BadRequest
from django.db.models import Count, Max, Sum
from django.db.models.functions import TruncDate
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from catalog.models import IngestRun
from recommendations.attribution.models import Outcome
from recommendations.evaluation import quality
from recommendations.models import ModelVersion
from storefront.models import Order
from streaming import clock, status
from streaming.connection import StoreUnavailable
from web.charts import Chart, Line

DAYS: Final = 30
User = AbstractUser | AnonymousUser
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True)
class Panel:
    """A figure, its description, a link, and optionally a bar or line chart."""

    title: str
    main: str
    note: str = ""
    link: str = ""
    chart: Chart | None = None
    bars: bool = True


def panels(user: User) -> Iterator[Panel]:
    for permission, make in MAKERS:
        if user.has_perm(permission):
            yield make()


def last_days(last: date) -> list[date]:
    return [last - timedelta(days=back) for back in reversed(range(DAYS))]


def plotted(title: str, unit: str, days: list[date], values: list[float | None]) -> Chart:
    return Chart("", title, unit, [Line(unit, values)], f"{days[0]:%-d %b}", f"{days[-1]:%-d %b}")


def orders() -> Panel:
    """By the shop's clock, as its orders are."""
    days = last_days(clock.now().date())
    found = Order.objects.filter(placed_at__gte=datetime.combine(days[0], time.min, UTC))
    by_day = dict(
        found.annotate(day=TruncDate("placed_at"))
        .values_list("day")
        .annotate(placed=Count("pk"))
        .order_by("day")
    )
    values: list[float | None] = [by_day.get(day, 0) for day in days]
    total = intcomma(sum(by_day.values()))
    chart = plotted("Orders a day", "orders", days, values)
    return Panel("Orders in 30 days", total, f"{by_day.get(days[-1], 0)} today", chart=chart)


def events() -> Panel:
    """By the server's clock: when the workers did it, whatever the events' own time."""
    days, link = last_days(timezone.now().date()), reverse("pipeline")
    try:
        counts = status.events_of_days(days)
    except StoreUnavailable:
        return Panel("Events in 30 days", "–", "Redis is down", link)
    chart = plotted("Events a day", "events", days, list(counts))
    note = f"{intcomma(counts[-1])} today, by the server's clock"
    return Panel("Events in 30 days", intcomma(sum(counts)), note, link, chart)


def click_through() -> Panel:
    """By event time, the shop's own, which may be years in the past."""
    last = Outcome.objects.aggregate(last=Max("day"))["last"]
    if last is None:
        return Panel("Recommendations clicked", "–", "no shelf was seen yet")
    days = last_days(last)
    rows = (
        Outcome.objects.filter(day__gte=days[0])
        .values_list("day")
        .annotate(seen=Sum("impressions"), clicked=Sum("clicks"))
        .order_by("day")
    )
    by_day = {day: (seen, clicked) for day, seen, clicked in rows}
    seen, clicked = (sum(counts[n] for counts in by_day.values()) for n in (0, 1))
    values = [rate(*by_day.get(day, (0, 0))) for day in days]
    chart = plotted("Click-through a day", "of cards seen", days, values)
    main = f"{clicked / seen:.2%}" if seen else "–"
    note = f"{intcomma(clicked)} of {intcomma(seen)} cards seen, by the shop's clock"
    return Panel("Recommendations clicked", main, note, chart=chart, bars=False)


def rate(seen: int, clicked: int) -> float | None:
    return clicked / seen if seen else None


def model() -> Panel:
    active = ModelVersion.objects.active().first()
    link = reverse("admin:recommendations_modelversion_changelist")
    chart = quality.chart(quality.history())
    if active is None:
        return Panel("Active model", "none", "nothing was trained yet", link)
    trained = f"trained {naturaltime(active.created_at)}"
    return Panel("Active model", f"{active.as_of:%-d %b %Y}", trained, link, chart)


def ingest() -> Panel:
    run = IngestRun.objects.first()
    link = reverse("admin:catalog_ingestrun_changelist")
    if run is None:
        return Panel("Last ingest", "none", "", link)
    rows = run.report.get("rows")
    main = f"{intcomma(rows)} rows" if rows is not None else run.get_status_display()
    return Panel("Last ingest", main, f"{run.status}, {naturaltime(run.started_at)}", link)


# The permissions that each panel needs; the migrations' roles grant these.
MAKERS: Final[tuple[tuple[str, Callable[[], Panel]], ...]] = (
    ("catalog.view_article", orders),
    ("catalog.view_article", click_through),
    ("recommendations.view_modelversion", events),
    ("recommendations.view_modelversion", model),
    ("catalog.view_ingestrun", ingest),
)


class ShopAdminSite(admin.AdminSite):
    site_header = "Shop administration"
    site_title = "Shop administration"
    index_title = "How the shop is doing"

    def index(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> TemplateResponse:
        shown = list(panels(request.user))
        return super().index(request, {**(extra_context or {}), "panels": shown})

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Refuses an action on rows that can't exist; Django would answer 500."""

        @wraps(view)
        def checked(request: HttpRequest, *args: object, **options: object) -> HttpResponseBase:
            if not all(map(str.isdecimal, request.POST.getlist(ACTION_CHECKBOX_NAME))):
                raise BadRequest("The selected rows have no such numbers.")
            return view(request, *args, **options)

        return super().admin_view(cast("View", checked), cacheable)
