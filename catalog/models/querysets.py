"""Query sets of the catalogue: which articles, in which order, with which relations loaded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Value

if TYPE_CHECKING:
    from catalog.models import Article  # noqa: F401 (used in the base class below)

POPULAR = ("-summary__units_recent", "pk")


class ArticleQuerySet(models.QuerySet["Article"]):
    # --- related rows ---

    def for_cards(self) -> Self:
        """What a card shows, in one query; terms are cached (models.term_key). Articles without a
        summary have no price and are left out."""
        priced = self.filter(summary__isnull=False).select_related("summary")
        return priced.defer("description")

    def for_detail(self) -> Self:
        """Everything a product page shows about the article, in one query."""
        return self.filter(summary__isnull=False).select_related("summary", "product")

    # --- filters ---

    def in_index_group(self, pk: int) -> Self:
        return self.filter(index__group=pk)

    def of_type(self, pk: int) -> Self:
        return self.filter(product_type=pk)

    # --- ordering ---

    def other_products_than(self, articles: Collection[int]) -> Self:
        """Exclude the articles' products, in every colour."""
        if not articles:
            return self
        return self.exclude(
            product__in=self.model.objects.filter(pk__in=articles).values("product")
        )

    def popular(self) -> Self:
        """Best sellers of the last weeks first."""
        return self.filter(summary__isnull=False).order_by(*POPULAR)

    def newest(self) -> Self:
        """Latest to enter the shop first; never sold last."""
        entered = F("summary__first_sold").desc(nulls_last=True)
        return self.filter(summary__isnull=False).order_by(entered, "-pk")

    def in_order_of(self, pks: Sequence[int]) -> Self:
        """These articles, in this order; unknown keys are skipped."""
        if not pks:
            return self.none()
        given = Value([int(pk) for pk in pks], output_field=ArrayField(models.IntegerField()))
        place = Func(given, F("pk"), function="array_position")
        return self.filter(pk__in=pks).order_by(place)
