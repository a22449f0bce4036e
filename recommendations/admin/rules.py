"""Rules in the admin: edited, validated, previewed for a shopper, with every change logged."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from catalog.models import Article
from recommendations.admin.previews import card
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.recommenders.shelf import Item
from recommendations.rules.models import Rule
from recommendations.rules.serving import UNRULED_KINDS
from recommendations.serving.previews import Preview, preview
from streaming.events.schema import is_shopper


class PreviewForm(forms.Form):
    """The shopper and shelf to preview the rule for."""

    kind = forms.ChoiceField(
        choices=[
            (name, kind.title) for name, kind in RECOMMENDERS.items() if name not in UNRULED_KINDS
        ]
    )
    shopper = forms.CharField(
        required=False,
        help_text="c followed by a customer's number; leave empty for an anonymous visitor",
    )
    article = forms.ModelChoiceField(
        Article.objects.all(),
        required=False,
        widget=forms.NumberInput,
        help_text="the article on the page, for shelves about an article",
    )

    def clean_shopper(self) -> str:
        shopper = str(self.cleaned_data["shopper"])
        if shopper and not is_shopper(shopper):
            raise forms.ValidationError("A shopper is c and a customer's number.")
        return shopper

    def clean(self) -> None:
        kind = RECOMMENDERS.get(self.cleaned_data.get("kind", ""))
        if kind and kind.article and not self.cleaned_data.get("article"):
            self.add_error("article", "This shelf is about an article: name one.")


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin[Rule]):
    list_display = ["name", "action", "target", "number", "amount", "kinds", "is_on", "try_it"]
    list_filter = ["action", "is_on"]
    list_editable = ["is_on"]
    search_fields = ["name"]
    change_form_template = "admin/recommendations/rule/change_form.html"

    @admin.display(description="preview")
    def try_it(self, rule: Rule) -> str:
        address = reverse("admin:recommendations_rule_preview", args=[rule.pk])
        return format_html('<a href="{}">what would change</a>', address)

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:pk>/preview/",
            self.admin_site.admin_view(self.preview_page),
            name="recommendations_rule_preview",
        )
        return [own, *super().get_urls()]

    def preview_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        rule = get_object_or_404(Rule, pk=pk)
        if not self.has_view_permission(request, rule):
            raise PermissionDenied
        first = rule.kinds[0] if rule.kinds else "for-you"
        form = PreviewForm(request.GET or {"kind": first})
        found = shown(rule, form) if form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": f"What would change: {rule}",
            "opts": self.opts,
            "rule": rule,
            "form": form,
            "found": found,
            "shelves": [] if found is None else shelves(found),
        }
        template = "admin/recommendations/rule/preview.html"
        return TemplateResponse(request, template, context)


def shown(rule: Rule, form: PreviewForm) -> Preview:
    article = form.cleaned_data["article"]
    return preview(
        rule,
        form.cleaned_data["kind"],
        form.cleaned_data["shopper"] or None,
        article.pk if article else None,
    )


def shelves(found: Preview) -> list[dict[str, object]]:
    """Both shelves, each card marked with what the rule does to it."""
    before, after = ([item.article for item in items] for items in (found.before, found.after))
    articles = Article.objects.in_bulk([*before, *after])
    return [
        {"title": "Without the rule", "cards": _cards(found.before, articles, after, "leaves")},
        {"title": "With the rule", "cards": _cards(found.after, articles, before, "comes in")},
    ]


def _cards(
    items: list[Item], articles: dict[int, Article], other: list[int], word: str
) -> list[dict[str, object]]:
    return [
        card(articles[item.article], 90, change="" if item.article in other else word)
        for item in items
        if item.article in articles
    ]
