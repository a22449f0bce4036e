"""Privacy in the admin: support staff erase shoppers and export their data."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from catalog.admin.base import ReadOnlyAdmin, note
from catalog.models import Customer
from storefront.privacy import erasure
from storefront.privacy import export as exporting
from streaming.events.schema import is_shopper
from streaming.identity.shoppers import customer_shopper
from streaming.models import ErasedShopper

EXPORT = "streaming.export_shopper"


class ShopperField(forms.CharField):
    """Takes a shopper's id, or the data set's id of a customer; gives a shopper's id."""

    def __init__(self) -> None:
        help_text = "c and a customer's number, a and 32 hex digits, or a customer id"
        super().__init__(max_length=64, help_text=help_text)

    def clean(self, value: object) -> str:
        text: str = super().clean(value).strip().lower()
        if len(text) == 64:
            customer = Customer.objects.filter(customer_id=text).first()
            if customer is None:
                raise ValidationError("There is no customer with this id.")
            return customer_shopper(customer.pk)
        if not is_shopper(text):
            raise ValidationError("This is neither a shopper nor a customer id.")
        return text


class ShopperForm(forms.Form):
    shopper = ShopperField()


class EraseForm(forms.ModelForm[ErasedShopper]):
    """Asks for the shopper, and for confirmation."""

    shopper = ShopperField()
    certain = forms.BooleanField(
        label="Erase everything kept of this shopper",
        help_text="This can't be undone. Orders are kept, without the shopper.",
    )

    class Meta:
        model = ErasedShopper
        fields = ("shopper",)

    def _post_clean(self) -> None:
        """Skips model validation: erasing twice is allowed, and finds the first tombstone."""
        self.instance.shopper = self.cleaned_data.get("shopper", "")


@admin.register(ErasedShopper)
class ErasedShopperAdmin(ReadOnlyAdmin[ErasedShopper]):
    """Adding a row erases a shopper. Rows can't be changed or deleted."""

    change_list_template = "admin/streaming/erasedshopper/change_list.html"
    list_display = ("shopper", "erased_at", "asked_by", "what", "is_finished")
    search_fields = ("shopper",)
    fields = ("shopper", "customer_id", "erased_at", "asked_by", "what", "finished_at")
    readonly_fields = ("what",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        more = {
            "title": "Erase a shopper",
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return super().add_view(request, form_url, {**(extra_context or {}), **more})

    def get_form(
        self,
        request: HttpRequest,
        obj: ErasedShopper | None = None,
        change: bool = False,
        **options: object,
    ) -> type[forms.ModelForm[ErasedShopper]]:
        return EraseForm if obj is None else super().get_form(request, obj, change, **options)

    def get_fields(self, request: HttpRequest, obj: ErasedShopper | None = None) -> tuple[str, ...]:
        return ("shopper", "certain") if obj is None else tuple(self.fields)

    def save_model(
        self, request: HttpRequest, obj: ErasedShopper, form: EraseForm, change: bool
    ) -> None:
        erasure.erase(obj.shopper, f"{request.user.get_username()} in the admin")

    @admin.display(description="removed")
    def what(self, row: ErasedShopper) -> str:
        return ", ".join(f"{number} {what}" for what, number in row.removed.items()) or "–"

    @admin.display(description="finished", boolean=True)
    def is_finished(self, row: ErasedShopper) -> bool:
        return row.finished_at is not None

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export)
        export = path("export/", view, name="streaming_erasedshopper_export")
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponse:
        """A form, and with a shopper their data; each export is logged."""
        if not request.user.has_perm(EXPORT):
            raise PermissionDenied
        form = ShopperForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            shopper = form.cleaned_data["shopper"]
            note(request, ErasedShopper, shopper, "Exported the shopper's data.", key=shopper)
            return exporting.download(shopper)
        context = {
            **self.admin_site.each_context(request),
            "form": form,
            "title": "Export a shopper's data",
            "opts": self.opts,
            "shopper": request.GET.get("shopper", ""),
        }
        status = 400 if form.errors else 200
        return TemplateResponse(
            request, "admin/streaming/erasedshopper/export.html", context, status=status
        )
