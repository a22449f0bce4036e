"""Customers and purchases: 1.4 and 32 million rows, so every list must be served by an index."""

import re
from datetime import date

from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from catalog.admin.base import (
    EstimatingPaginator,
    ReadOnlyAdmin,
    link_to,
    link_to_list,
    money_text,
    table,
    thumbnail,
)
from catalog.admin.filters import DayFilter, MonthFilter, article_key
from catalog.models import Article, Customer, Transaction

LATEST = 30


def with_prefix(prefix: str) -> Q:
    """Customers by id prefix, as a range: an index serves it under any collation."""
    return Q(customer_id__gte=prefix, customer_id__lt=prefix + "g")


def customers_named(term: str) -> Q:
    """By our key, or by the hex id or a prefix of it; anything else matches nobody."""
    term = term.strip().lower()
    if not re.fullmatch(r"[0-9a-f]{1,64}", term):
        return Q(pk__in=())
    number = int(term) if term.isdecimal() and len(term) < 10 else None
    return with_prefix(term) if number is None else with_prefix(term) | Q(pk=number)


def articles_of(queryset: QuerySet[Transaction]) -> QuerySet[Transaction]:
    """Fetched separately: with a join, PostgreSQL would sort the month before cutting the page."""
    articles = Article.objects.defer("description")
    return queryset.prefetch_related(Prefetch("article", articles), "customer")


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin[Customer]):
    paginator = EstimatingPaginator
    search_fields = ("customer_id",)
    search_help_text = "A customer id or its beginning, or the number"
    list_display = ("customer_id", "number", "age", "club_member_status", "fashion_news_frequency")
    sortable_by = ()
    ordering = ("pk",)
    fields = (
        "customer_id", "number", ("age", "club_member_status", "fashion_news_frequency"),
        ("fn", "active"), "postal_code", "latest",
    )  # fmt: skip

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(customers_named(search_term)), False

    @admin.display(description="Number")
    def number(self, customer: Customer) -> str:
        return str(customer.pk)

    @admin.display(description="Last bought")
    def latest(self, customer: Customer) -> SafeString:
        bought = articles_of(Transaction.objects.filter(customer=customer))
        rows = (
            (
                thumbnail(line.article_id, line.article.name),
                line.t_dat,
                link_to(line.article),
                money_text(line.price),
            )
            for line in bought.order_by("-t_dat", "-pk")[:LATEST]
        )
        every = link_to_list(Transaction, "All transactions", customer=customer.pk)
        return table(rows) + every


@admin.register(Transaction)
class TransactionAdmin(ReadOnlyAdmin[Transaction]):
    paginator = EstimatingPaginator
    search_fields = ("customer__customer_id",)
    search_help_text = "An article id, or a customer id of at least six characters"
    list_display = ("day", "picture", "bought", "customer_link", "paid", "sales_channel")
    list_display_links = ("day",)
    list_filter = (DayFilter, MonthFilter)
    sortable_by = ()
    ordering = ("-t_dat", "-pk")
    fields = ("id", "day", "article", "customer", "paid", "sales_channel")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transaction]:
        return articles_of(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Transaction], search_term: str
    ) -> tuple[QuerySet[Transaction], bool]:
        """Looks keys up first: a list of keys can use each month's own index of customers."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if (article := article_key(term)) is not None:
            return queryset.filter(article=article), False
        if len(term) < 6:
            return queryset.none(), False
        customers = Customer.objects.filter(customers_named(term)).values_list("pk", flat=True)
        return queryset.filter(customer__in=list(customers[:1000])), False

    @admin.display(description="Day")
    def day(self, line: Transaction) -> date:
        return line.t_dat

    @admin.display(description="")
    def picture(self, line: Transaction) -> SafeString:
        return thumbnail(line.article_id, line.article.name, 40)

    @admin.display(description="Article")
    def bought(self, line: Transaction) -> SafeString:
        month = f"{line.t_dat:%Y-%m}"
        return link_to_list(Transaction, str(line.article), article=line.article_id, month=month)

    @admin.display(description="Customer")
    def customer_link(self, line: Transaction) -> SafeString:
        return link_to_list(Transaction, str(line.customer), customer=line.customer_id)

    @admin.display(description="Paid")
    def paid(self, line: Transaction) -> str:
        return money_text(line.price)
