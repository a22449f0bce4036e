"""API keys: created here, shown once, and revoked rather than deleted."""

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from catalog.models import ApiKey
from catalog.models.api_key import Scope


class KeyForm(forms.ModelForm[ApiKey]):
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices, widget=forms.CheckboxSelectMultiple, required=False
    )


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin[ApiKey]):
    form = KeyForm
    fields = ("name", "scopes", "expires_at")
    list_display = ("name", "start", "scopes", "created_by", "created_at", "expires_at", "valid")
    list_select_related = ("created_by",)
    actions = ("revoke",)

    @admin.display(boolean=True, description="Valid")
    def valid(self, key: ApiKey) -> bool:
        return key.is_valid

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: KeyForm, change: bool) -> None:
        if not change:
            secret = obj.draw()
            obj.created_by_id = request.user.pk
            messages.warning(request, f"The key, which is shown only this once: {secret}")
        super().save_model(request, obj, form, change)

    @admin.action(description="Revoke the selected keys", permissions=["change"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        for key in keys:
            key.revoke()
            self.log_change(request, key, "Revoked.")
        messages.success(request, f"{len(keys)} revoked.")
