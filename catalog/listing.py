"""Pages of a listing: one card per product, counted and cut cheaply."""

from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

from catalog.models import Article
from catalog.querysets import ArticleQuerySet

if TYPE_CHECKING:
    ArticlePaginator = Paginator[Article]
else:
    ArticlePaginator = Paginator


class ProductPaginator(ArticlePaginator):
    """Pages of an ordered article query set, showing the best-selling article of each product.

    The keys of a page are found first, so that nothing but keys is sorted; what the cards show
    is then loaded for that page alone.
    """

    object_list: ArticleQuerySet

    @cached_property
    def count(self) -> int:
        return self.object_list.count_products()

    def page(self, number: int | str) -> "Page[Article]":
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        listed = self.object_list.one_per_product().values_list("pk", flat=True)
        pks = list(listed[first : first + self.per_page])
        return Page(list(Article.objects.in_order_of(pks).for_cards()), number, self)
