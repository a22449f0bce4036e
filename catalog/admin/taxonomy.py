"""The look-up tables."""

from django.contrib import admin

from catalog import models
from catalog.admin.base import ReadOnlyAdmin
from catalog.models.taxonomy import Term


@admin.register(
    models.Appearance,
    models.Colour,
    models.ColourMaster,
    models.ColourValue,
    models.Department,
    models.GarmentGroup,
    models.IndexGroup,
    models.ProductGroup,
    models.Section,
)
class TermAdmin(ReadOnlyAdmin[Term]):
    list_display = ("name", "id")
    search_fields = ("name",)


@admin.register(models.Index)
class IndexAdmin(ReadOnlyAdmin[models.Index]):
    list_display = ("name", "id", "group")
    list_select_related = ("group",)
    search_fields = ("name",)


@admin.register(models.ProductType)
class ProductTypeAdmin(ReadOnlyAdmin[models.ProductType]):
    list_display = ("name", "id", "group")
    list_select_related = ("group",)
    list_filter = ("group",)
    search_fields = ("name",)
